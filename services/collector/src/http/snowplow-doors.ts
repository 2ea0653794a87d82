/** The doors of the Snowplow tracker protocol, so that its official trackers work as they are (CONTRACT section 5). */
import { type ConvertPayload, createPayloadConverter } from '@ringback/formats'
import type { Keys } from '../keys/keys.ts'
import { isObject } from '../clean.ts'
import { readJson } from './body.ts'
import { type Call, isPageCall } from './call.ts'
import type { DoorCall, DoorRoute } from './doors.ts'
import { type Answer, refused } from './problems.ts'
import { JSON_TYPES } from './record-doors.ts'
import type { Take } from './take.ts'
import { admitByPath, admitByProtocol, PIXEL_ANSWER, takeConverted } from './tracker-doors.ts'

export interface SnowplowDoorsParts {
  readonly keys: Keys
  readonly take: Take
}

/** What its collectors answer. */
const OK: Answer = {
  kind: 'answered',
  status: 200,
  body: 'ok',
  headers: { 'content-type': 'text/plain; charset=utf-8' },
}

const TP2 = '/com.snowplowanalytics.snowplow/tp2'

const appIdOf = ([first]: readonly unknown[]): string | undefined => {
  const id = isObject(first) ? first['aid'] : undefined
  return typeof id === 'string' ? id : undefined
}

/** What its trackers send: payloads in an envelope. undefined: something else. */
const payloadsOf = (body: unknown): readonly unknown[] | undefined => {
  const payloads = isObject(body) ? body['data'] : undefined
  return Array.isArray(payloads) ? payloads : undefined
}

export const snowplowDoors = ({ keys, take }: SnowplowDoorsParts): readonly DoorRoute[] => {
  // One for all of them: a form may be begun through one and go on through another.
  const convert: ConvertPayload = createPayloadConverter()

  const takePayloads = async (door: DoorCall, payloads: readonly unknown[]): Promise<Answer | undefined> => {
    const { call } = door
    const admission = door.caller
      ? ({ kind: 'admitted', caller: door.caller } as const)
      : admitByProtocol(keys, call, appIdOf(payloads))
    if (admission.kind === 'refused') return admission
    const request = { received: call.received, userAgent: call.userAgent, isPage: isPageCall(call) }
    const converted = payloads.flatMap((payload) => convert(payload, request))
    const taken = await takeConverted(take, { ...door, caller: admission.caller }, converted)
    return taken.kind === 'refused' ? taken : undefined
  }

  const post = async (door: DoorCall): Promise<Answer> => {
    const body = await readJson(door.call)
    if (body.kind === 'refused') return body
    const payloads = payloadsOf(body.value.json)
    if (!payloads) return refused('invalid', 'expected {"schema": …, "data": [ … ]}, as Snowplow trackers send it')
    return (await takePayloads(door, payloads)) ?? OK
  }
  const get = async (door: DoorCall): Promise<Answer> =>
    (await takePayloads(door, [door.call.query satisfies Call['query']])) ?? PIXEL_ANSWER

  const shared = {
    name: 'snowplow',
    isForPages: true,
    takesCredentials: true,
    about: { summary: 'The Snowplow tracker protocol; the write key in the path, or as app id.', keys: ['write'] },
  } as const
  const doorsAt = (path: string, rest: Pick<DoorRoute, 'admit'>): readonly DoorRoute[] => [
    { ...shared, ...rest, method: 'POST', path: `${path}${TP2}`, types: JSON_TYPES, handle: post },
    { ...shared, ...rest, method: 'GET', path: `${path}/i`, handle: get },
  ]
  const byPath = { admit: admitByPath(keys) }
  return [
    ...doorsAt('', {}),
    ...doorsAt('/:key', byPath),
    { ...shared, ...byPath, method: 'POST', path: '/:key/tp2', types: JSON_TYPES, handle: post },
  ]
}
