/** What the doors of other people's trackers share: whose key it is, and what becomes of what they say. */
import type { Converted } from '@ringback/formats'
import { isSecretKey } from '../keys/key-texts.ts'
import type { Keys } from '../keys/keys.ts'
import { type Admission, admit, admitByKey } from './admission.ts'
import type { Call } from './call.ts'
import type { DoorCall } from './doors.ts'
import { type Answered, type Refused, refused } from './problems.ts'
import { MOST_RECORDS, type Submitted, type Take, type TakenRecords } from './take.ts'

/** A transparent pixel: what those trackers expect that ask for an image. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

export const PIXEL_ANSWER: Answered = {
  kind: 'answered',
  status: 200,
  body: PIXEL,
  headers: { 'content-type': 'image/gif', 'cache-control': 'no-store' },
}

/** By a key that stands where others read it: in a path, or in what a page sends. */
const admitByPublicKey = (keys: Keys, text: string, { origin }: Call): Admission =>
  isSecretKey(text)
    ? refused('wrong_key', 'a secret key does not belong in a URL or a page, where others read it: revoke it')
    : admitByKey(keys, text, 'any', origin)

/** Of the paths below a key: `/{key}/…`. */
export const admitByPath =
  (keys: Keys) =>
  (call: Call): Admission =>
    admitByPublicKey(keys, call.params['key'] ?? '', call)

/** Of the others: by the header or `?key=`, else by what the tracker's own protocol has for it. */
export const admitByProtocol = (keys: Keys, call: Call, inProtocol: string | undefined): Admission => {
  const isShown = call.header('authorization') !== undefined || call.query['key'] !== undefined
  return isShown || inProtocol === undefined ? admit(keys, call, 'any') : admitByPublicKey(keys, inProtocol, call)
}

/** Nothing of what could not be converted is kept: it may hold what somebody typed. */
const toSubmitted = (converted: readonly Converted[]): readonly Submitted[] =>
  converted.flatMap((one): readonly Submitted[] => {
    if (one.kind === 'skip') return []
    if (one.kind === 'bad') return [{ raw: undefined, text: () => '', refusal: one.refusal }]
    return [{ raw: one.value, text: () => JSON.stringify(one.value) }]
  })

/** All of it, or a refusal: then the tracker sends it once more, and what was taken already changes nothing. */
export const takeConverted = async (
  take: Take,
  { call, caller, metrics }: DoorCall,
  converted: readonly Converted[],
): Promise<TakenRecords | Refused> => {
  if (!caller) return refused('unauthorised')
  const submitted = toSubmitted(converted)
  const skipped = converted.filter(({ kind }) => kind === 'skip').length
  if (skipped > 0) metrics.dropped('no_meaning', skipped)
  let accepted = 0
  const bad: TakenRecords['bad'][number][] = []
  // A tracker cannot be told to send less at a time.
  for (let from = 0; from < submitted.length; from += MOST_RECORDS) {
    const records = submitted.slice(from, from + MOST_RECORDS)
    // Each with a place of its own for its bad rows.
    const part = from === 0 ? call : { ...call, id: `${call.id}.${from}` }
    const taken = await take({ call: part, key: caller.key, kind: 'web', records, isList: true, metrics })
    if (taken.kind === 'refused') return taken
    accepted += taken.accepted
    bad.push(...taken.bad.map((one) => ({ ...one, index: from + one.index })))
  }
  return { kind: 'taken', accepted, bad }
}
