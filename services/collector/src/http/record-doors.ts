/** The doors of CONTRACT section 5 for records as section 1 has them: one, or an array. */
import type { RecordKind } from '@ringback/contracts'
import type { Claims } from '@ringback/pipeline'
import type { Keys } from '../keys/keys.ts'
import { admit, checkSignature, type KeyNeed } from './admission.ts'
import { readJson } from './body.ts'
import { isBotCall } from './call.ts'
import type { DoorRoute } from './doors.ts'
import { elementTexts } from './json-text.ts'
import { byRightClock } from './page-clock.ts'
import { refused } from './problems.ts'
import type { SchemaName } from './schemas.ts'
import { MOST_RECORDS, type Submitted, type Take, toAnswer } from './take.ts'

export interface RecordDoorsParts {
  readonly keys: Keys
  readonly claims: Claims
  readonly take: Take
}

/** `navigator.sendBeacon` posts text; curl and Python's urllib call what they send a form where nobody says otherwise. */
export const JSON_TYPES = ['application/json', 'text/plain', 'application/x-www-form-urlencoded', '']

interface RecordDoor {
  readonly name: string
  readonly kind: RecordKind
  readonly need: KeyNeed
  readonly schema: SchemaName
}

const DOORS: readonly RecordDoor[] = [
  { name: 'events', kind: 'web', need: 'any', schema: 'WebEvent' },
  { name: 'contacts', kind: 'contacts', need: 'secret', schema: 'Leg' },
  { name: 'profiles', kind: 'profiles', need: 'secret', schema: 'Profile' },
]

/** What was sent, element by element; their texts are looked for only where one is needed. */
const toSubmitted = (value: unknown, text: string): readonly Submitted[] => {
  if (!Array.isArray(value)) return [{ raw: value, text: () => text.trim() }]
  let texts: readonly string[] | undefined
  return value.map((raw: unknown, index) => ({ raw, text: () => (texts ??= elementTexts(text))[index] ?? '' }))
}

export const recordDoors = ({ keys, claims, take }: RecordDoorsParts): readonly DoorRoute[] =>
  DOORS.map(({ name, kind, need, schema }) => ({
    method: 'POST',
    path: `/v1/${name}`,
    name,
    isForPages: need === 'any',
    types: JSON_TYPES,
    about: {
      summary: `${name[0]?.toUpperCase()}${name.slice(1)}: one, or a list of at most ${MOST_RECORDS}.`,
      takes: schema,
      takesSeveral: true,
      answers: { status: 202, schema: 'Taken' },
      keys: need === 'any' ? ['write', 'secret', 'signature'] : ['secret', 'signature'],
    },
    admit: (call) => admit(keys, call, need),
    handle: async ({ call, caller, metrics }) => {
      if (!caller) return refused('unauthorised')
      const notSigned = await checkSignature(caller, call, claims)
      if (notSigned) return notSigned
      const body = await readJson(call)
      if (body.kind === 'refused') return body
      const { json, text } = body.value
      const submitted = toSubmitted(json, text)
      const records = kind === 'web' ? byRightClock(submitted, call) : submitted
      const isBot = kind === 'web' && isBotCall(call)
      const isList = Array.isArray(json)
      const taken = await take({ call, key: caller.key, kind, records, isList, isBot, metrics })
      return taken.kind === 'refused' ? taken : toAnswer(taken)
    },
  }))
