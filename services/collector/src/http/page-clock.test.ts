import { RECEIVED } from '../testing/edge.ts'
import { byRightClock } from './page-clock.ts'

const HOUR_MS = 3_600_000
const event = (raw: unknown) => ({ raw, text: () => JSON.stringify(raw) })
const at = (ms: number) => ({ id: 'e', time: new Date(ms).toISOString() })
const corrected = (raw: unknown, sent: string | undefined): readonly unknown[] =>
  byRightClock([event(raw)], { query: sent === undefined ? {} : { sent }, received: RECEIVED }).flatMap((one) => [
    one.raw,
    JSON.parse(one.text()),
  ])
const twice = (raw: unknown): readonly unknown[] => [raw, raw]

test.each([
  ['an hour behind', -HOUR_MS],
  ['a day ahead', 24 * HOUR_MS],
])('what a page says whose clock is %s is put right, in its text as well', (_, error) => {
  expect(corrected(at(RECEIVED + error - 3_000), String(RECEIVED + error))).toEqual(twice(at(RECEIVED - 3_000)))
})

test.each<[string, unknown, string | undefined]>([
  ['a clock that is right', at(RECEIVED - 3_000), String(RECEIVED - 2_000)],
  ['nothing said', at(RECEIVED - HOUR_MS), undefined],
  ['nonsense said', at(RECEIVED - HOUR_MS), '1e9'],
  ['a time that is none', { time: 'noon' }, '5'],
  ['a time that would be none', { time: '9998-12-31T00:00:00Z' }, '5'],
  ['no record', 7, '5'],
])('%s changes nothing', (_, raw, sent) => {
  expect(corrected(raw, sent)).toEqual(twice(raw))
})
