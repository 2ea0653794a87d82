/** The doors of Matomo's tracking API, so that its trackers work as they are: one request, or many in one body. */
import type { Zone } from '@ringback/contracts'
import { type Converted, createMatomoConverter, parseMatomo } from '@ringback/formats'
import { isObject } from '../clean.ts'
import type { Keys } from '../keys/keys.ts'
import { parseJson, readText } from './body.ts'
import { isPageCall } from './call.ts'
import type { DoorCall, DoorRoute } from './doors.ts'
import { type Answer, type Refused, refused } from './problems.ts'
import { JSON_TYPES } from './record-doors.ts'
import type { Take, TakenRecords } from './take.ts'
import { admitByPath, admitByProtocol, PIXEL_ANSWER, takeConverted } from './tracker-doors.ts'

export interface MatomoDoorsParts {
  readonly keys: Keys
  readonly take: Take
  /** The council's. */
  readonly zone: Zone
}

const NO_IMAGE: Answer = { kind: 'answered', status: 204, headers: { 'cache-control': 'no-store' } }
const BAD: readonly Converted[] = [{ kind: 'bad', refusal: { reason: 'schema', pointer: '' } }]

interface Asked {
  readonly requests: readonly unknown[]
  readonly token: string | undefined
  readonly isBulk: boolean
}

const tokenOf = (fields: Readonly<Record<string, unknown>>): string | undefined => {
  const token = fields['token_auth']
  return typeof token === 'string' && token !== '' ? token : undefined
}

/** A body that begins as an object is a bulk request, whatever it says that it is. */
const readAsked = async ({ call }: DoorCall): Promise<Asked | Refused> => {
  const text = await readText(call)
  if (text.kind === 'refused') return text
  if (!text.value.trimStart().startsWith('{')) {
    // A page may put some of it into the address.
    const one = { ...call.query, ...Object.fromEntries(new URLSearchParams(text.value)) }
    return { requests: [one], token: tokenOf(one), isBulk: false }
  }
  const parsed = parseJson(text.value)
  if (parsed.kind === 'refused') return parsed
  const requests = isObject(parsed.value) ? parsed.value['requests'] : undefined
  if (!isObject(parsed.value) || !Array.isArray(requests))
    return refused('invalid', 'expected {"requests": [ … ]}, as Matomo trackers send it')
  return { requests, token: tokenOf(parsed.value) ?? tokenOf(call.query), isBulk: true }
}

/** How many requests were taken: one may say several things. */
const toBulkAnswer = (said: readonly (readonly Converted[])[], { bad }: TakenRecords): Answer => {
  const owners = said.flatMap((converted, i) => converted.flatMap(({ kind }) => (kind === 'skip' ? [] : [i])))
  const invalid = new Set(bad.map(({ index }) => owners[index])).size
  return { kind: 'answered', status: 200, body: { status: 'success', tracked: said.length - invalid, invalid } }
}

export const matomoDoors = ({ keys, take, zone }: MatomoDoorsParts): readonly DoorRoute[] => {
  const convert = createMatomoConverter(zone)

  const takeAsked = async (door: DoorCall, { requests, token, isBulk }: Asked): Promise<Answer> => {
    const { call } = door
    const admission = door.caller
      ? ({ kind: 'admitted', caller: door.caller } as const)
      : admitByProtocol(keys, call, token)
    if (admission.kind === 'refused') return admission
    const request = { received: call.received, userAgent: call.userAgent, isPage: isPageCall(call) }
    const parsed = requests.map(parseMatomo)
    const said = parsed.map((parameters) => (parameters ? convert(parameters, request) : BAD))
    const taken = await takeConverted(take, { ...door, caller: admission.caller }, said.flat())
    if (taken.kind === 'refused') return taken
    if (isBulk) return toBulkAnswer(said, taken)
    return parsed[0]?.get('send_image') === '0' ? NO_IMAGE : PIXEL_ANSWER
  }
  const post = async (door: DoorCall): Promise<Answer> => {
    const asked = await readAsked(door)
    return 'kind' in asked ? asked : takeAsked(door, asked)
  }
  const get = (door: DoorCall): Promise<Answer> =>
    takeAsked(door, { requests: [door.call.query], token: tokenOf(door.call.query), isBulk: false })

  const shared = {
    name: 'matomo',
    isForPages: true,
    takesCredentials: true,
    about: { summary: 'Matomo’s tracking API; the write key in the path, or as token_auth.', keys: ['write'] },
  } as const
  const doorsAt = (path: string, rest: Pick<DoorRoute, 'admit'>): readonly DoorRoute[] => [
    { ...shared, ...rest, method: 'POST', path, types: JSON_TYPES, handle: post },
    { ...shared, ...rest, method: 'GET', path, handle: get },
  ]
  return ['/matomo.php', '/piwik.php'].flatMap((path) => [
    ...doorsAt(path, {}),
    ...doorsAt(`/:key${path}`, { admit: admitByPath(keys) }),
  ])
}
