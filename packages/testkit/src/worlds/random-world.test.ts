/** Worlds reach every branch of the law, repeat exactly, and obey the law's one invariant under the reference. */
import type { ReferenceContactRow, ReferenceJourneyRow } from '../reference/types.ts'
import type { RandomWorld } from './random-world.ts'
import { configSchema } from '@ringback/contracts'
import { referenceLaw } from '../reference/law.ts'
import { plainEdge } from '../reference/plain-edge.ts'
import { referenceRates } from '../reference/rates.ts'
import { shuffled, withDuplicates } from './random.ts'
import { randomWorld } from './random-world.ts'

const SEEDS = Array.from({ length: 500 }, (_, n) => n + 1)

const judge = (world: RandomWorld): ReturnType<typeof referenceLaw> =>
  referenceLaw(plainEdge(world, world.config), world.config)

/** The values of a column that some world's rows show. */
const shownBy = <T>(rows: readonly T[], column: keyof T): unknown[] => [...new Set(rows.flatMap((row) => row[column]))]

describe('over 500 seeds', () => {
  const journeys: ReferenceJourneyRow[] = []
  const contacts: ReferenceContactRow[] = []
  beforeAll(() => {
    for (const seed of SEEDS) {
      const rows = judge(randomWorld(seed))
      journeys.push(...rows.journeys)
      contacts.push(...rows.contacts)
    }
  })

  const HARD = ['server_error', 'payment', 'upload', 'no_slots', 'script', 'other', 'validation_loop']
  const SOFT = ['no_results', 'contact_viewed', 'unhelpful']
  test.each<[keyof ReferenceJourneyRow, readonly unknown[]]>([
    ['outcome', ['completed', 'refused', 'ineligible', 'handed_off', 'saved', 'abandoned', 'read']],
    ['cause', [...HARD, ...SOFT, 'repeated_starts', 'gave_up', 'dead_end', null]],
    ['signals', [...HARD, ...SOFT]],
    ['return_kind', ['failed', 'possible', 'chased', 'contested', 'handed_off', null]],
    ['basis', ['exact', 'person', 'household', null]],
    ['topic', ['task', 'family', 'unknown', null]],
    ['confidence', [1, 0.6, 0.45, 0.9, 0.54, 0.4, 0.7, 0.5, null]],
    ['intent', ['transaction', 'information']],
    ['flagged', [true, false]],
    ['placebo', [true, false]],
    ['reachable', [true, false]],
    ['gap_seconds', [0, 0.001]],
    ['contacts', [0, 1, 2, 3]],
    ['segments', [1, 2, 3, 4]],
    ['device_class', ['mobile', 'tablet', 'desktop', null]],
  ])('journeys show every %s', (column, wanted) => {
    expect(shownBy(journeys, column)).toEqual(expect.arrayContaining([...wanted]))
  })

  const RETURNS = ['failed', 'possible', 'chased', 'contested', 'handed_off']
  const REFUSALS = ['no_web_journey', 'before_web', 'outside_window', 'other_topic', 'weak_basis', 'no_time']
  test.each<[keyof ReferenceContactRow, readonly unknown[]]>([
    ['verdict', [...RETURNS, 'excluded', 'echo', 'redialled', 'unlinkable', 'unrelated']],
    ['reason', [...REFUSALS, 'not_inbound', 'not_public', 'ambiguous', 'no_identifier', 'shared', null]],
    ['repeat_index', [null, 0, 1, 2, 3]],
    ['answered', [true, false]],
    ['started_at', [null]],
    ['handle_seconds', [null, 0, 12.5]],
    ['source', ['tel', 'c:r%m', 'desk']],
    ['families', ['waste', 'tax', 'zoo', 'parking', 'bin', 'badge']],
  ])('contacts show every %s', (column, wanted) => {
    expect(shownBy(contacts, column)).toEqual(expect.arrayContaining([...wanted]))
  })

  test('contacts fold along chains, and what counts in the end is not folded', () => {
    const folds = SEEDS.flatMap((seed) => {
      const rows = judge(randomWorld(seed)).contacts
      const verdictOf = new Map(rows.map((row) => [row.contact_id, row.verdict]))
      return rows.flatMap(({ folded_into: into, verdict }) => (into === null ? [] : [[verdict, verdictOf.get(into)]]))
    })
    expect(folds.length).toBeGreaterThan(100)
    expect(folds.every(([, end]) => end !== undefined && !['echo', 'redialled', 'excluded'].includes(end))).toBe(true)
  })
})

test('a seed gives the same world again, whatever was made before', () => {
  const before = randomWorld(7)
  randomWorld(8)
  expect(randomWorld(7)).toEqual(before)
})

test('every catalogue is one that Ringback accepts', () => {
  for (const seed of SEEDS) {
    const { success, error } = configSchema.safeParse(randomWorld(seed).config)
    expect({ seed, success, error }).toMatchObject({ success: true })
  }
})

test('arrival order and repetition change no row and no rate', () => {
  for (const seed of SEEDS.slice(0, 60)) {
    const world = randomWorld(seed)
    const again = {
      ...world,
      web: shuffled(seed, withDuplicates(seed, world.web)),
      contacts: shuffled(seed, withDuplicates(seed, world.contacts)),
      profiles: shuffled(seed, withDuplicates(seed, world.profiles)),
    }
    expect({ seed, rows: judge(again) }).toEqual({ seed, rows: judge(world) })
    const { config, now, completeTo } = world
    expect(referenceRates(plainEdge(again, config), config, now, completeTo)).toEqual(
      referenceRates(plainEdge(world, config), config, now, completeTo),
    )
  }
})

const idsOf = (world: RandomWorld): string[] => [...new Set(world.web.map((event) => String(event.id)))].sort()

test('once each and in order, the records are the same', () => {
  expect(idsOf(randomWorld(11, { disorder: false }))).toEqual(idsOf(randomWorld(11)))
})
