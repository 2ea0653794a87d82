import { configSchema, DAY_MS, HOUR_MS, MINUTE_MS, type Task } from '@ringback/contracts'
import fc from 'fast-check'
import { createRules } from './rules.ts'

const RULES = createRules(
  configSchema.parse({
    council: { name: 'Borsetshire', timezone: 'Europe/London' },
    tasks: [
      { id: 'plain', window: '48h' },
      { id: 'lined', line: 'main', window: '1h', grace: '4h' },
      { id: 'patient', line: 'weekly', window: '1h', grace: '30h' },
      { id: 'never', line: 'shut', grace: '1h' },
      { id: 'impatient', line: 'main', grace: '0s' },
    ],
    lines: {
      main: {
        hours: [{ days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], from: '08:30', to: '17:00' }],
        closed: ['2026-12-25', '2026-12-28', '2027-01-01'],
      },
      weekly: { hours: [{ days: ['Sun'], from: '00:00', to: '03:00' }], closed: ['2026-10-25'] },
      shut: { hours: [] },
    },
  }),
)
const task = (id: string): Task => RULES.task(id) as Task

const FROM = Date.UTC(2026, 8, 1)
const base = fc
  .tuple(fc.integer({ min: 0, max: 200 * 24 * 60 }), fc.constantFrom(0, 1))
  .map(([minutes, ms]) => FROM + minutes * MINUTE_MS + ms)
const gap = fc.oneof(
  fc.integer({ min: 0, max: 80 * 24 }).map((hours) => hours * HOUR_MS),
  fc.integer({ min: 0, max: 80 * DAY_MS }),
)
const id = fc.constantFrom('plain', 'lined', 'patient', 'never', 'impatient')

test('a contact lies in the window exactly when it starts no later than its end', () => {
  fc.assert(
    fc.property(id, base, gap, (name, from, after) => {
      const at = from + after
      expect(RULES.isInWindow(task(name), from, at)).toBe(at <= RULES.windowEnd(task(name), from))
    }),
    { numRuns: 3_000 },
  )
})

test('the end itself lies in the window, and what is 1 ms later does not', () => {
  fc.assert(
    fc.property(id, base, (name, from) => {
      const end = RULES.windowEnd(task(name), from)
      expect(RULES.isInWindow(task(name), from, end)).toBe(true)
      expect(RULES.isInWindow(task(name), from, end + 1)).toBe(false)
    }),
    { numRuns: 2_000 },
  )
})
