/** The rows that come out have the columns of CONTRACT section 4, in its order. */
import { contactRateSchema, contactRowSchema, EXPORTS, journeyRowSchema, taskRateSchema } from './rows.ts'

const columns = (text: string): string[] => text.trim().split(/[,\s]+/)

test.each([
  [
    'journeys',
    journeyRowSchema,
    `journey_id, task, family, intent, resident, household, sessions, segments, device_class, first_at, last_at, completed_at,
     outcome, cause, signals, steps, last_step, reachable, return_kind, flagged, first_contact_id, first_contact_at,
     first_contact_channel, gap_seconds, basis, topic, confidence, contacts, cost, placebo, window_ends_at, rule_version, version`,
  ],
  [
    'contacts',
    contactRowSchema,
    `contact_id, source, channel, started_at, day, handle_seconds, answered, resident, household, tasks, families, verdict, reason,
     journey_id, basis, topic, confidence, gap_seconds, folded_into, repeat_of, repeat_index, rule_version, version`,
  ],
  [
    'task-rates',
    taskRateSchema,
    `task, week, journeys, started, completed, dropouts, reachable, mature, flagged, strict, placebo, possible, chased, contested,
     handed_off, failure_rate, failure_low, failure_high, placebo_rate, excess, came_back, avoidable_cost, median_gap_seconds,
     top_cause, sight, estimated_rate, coverage, take_up, provisional`,
  ],
  [
    'contact-rates',
    contactRateSchema,
    `task, channel, week, contacts, repeats, first_contact_resolution, failed, possible, chased, contested, handed_off, unrelated,
     unlinkable, handle_seconds, cost, provisional`,
  ],
  ['bad-rows', EXPORTS['bad-rows'], 'id, received_at, kind, source, reason, place, pointer'],
])('%s', (name, schema, expected) => {
  expect(Object.keys(schema.shape)).toEqual(columns(expected))
  expect(EXPORTS[name as keyof typeof EXPORTS]).toBe(schema)
})
