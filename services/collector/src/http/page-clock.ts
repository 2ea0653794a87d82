/** The clocks of pages: some are wrong by hours, and a page cannot know. It says in its address when it sent (`?sent=`, in milliseconds). */
import { formatInstant, parseInstant } from '@ringback/contracts'
import { clockErrorOf } from '@ringback/formats'
import { isObject } from '../clean.ts'
import type { Call } from './call.ts'
import type { Submitted } from './take.ts'

const LATEST = Date.UTC(9999, 0)

/** Its events as they would be by a right clock. What has no time that can be read stays as it is. */
export const byRightClock = (
  submitted: readonly Submitted[],
  { query, received }: Pick<Call, 'query' | 'received'>,
): readonly Submitted[] => {
  const sent = /^\d{1,15}$/.test(query['sent'] ?? '') ? Number(query['sent']) : received
  const error = clockErrorOf(sent, received)
  if (error === 0) return submitted
  return submitted.map((one) => {
    const { raw } = one
    const at = isObject(raw) && typeof raw['time'] === 'string' ? parseInstant(raw['time']) : undefined
    if (!isObject(raw) || at === undefined || at + error < 0 || at + error > LATEST) return one
    const corrected = { ...raw, time: formatInstant(at + error) }
    return { ...one, raw: corrected, text: () => JSON.stringify(corrected) }
  })
}
