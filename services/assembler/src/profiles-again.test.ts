/** Profiles are said again in each half of the retention, from the beginning of their topic; copies of the service share the work. */
import { configSchema, DAY_MS, type EdgeProfile } from '@ringback/contracts'
import type { KafkaConfig } from '@ringback/pipeline'
import { RingbackError, topicSpecs } from '@ringback/pipeline'
import { createMemoryLog, until } from '@ringback/testkit'
import { halfOf, isSaidAgain, type ProfilesAgainParts, subscribeProfilesAgain } from './profiles-again.ts'

const { defaults } = configSchema.parse({ council: { name: 'B', timezone: 'Europe/London' } })
const { retention, profileRetention } = defaults
const HALF = retention / 2
const kafka: KafkaConfig = {
  brokers: ['b:9092'],
  prefix: 'rb',
  generation: 0,
  partitions: 3,
  sources: { web: [], contacts: [], profiles: [] },
}

const profileOf = (received: number): EdgeProfile => ({
  kind: 'profiles',
  source: 'crm',
  id: 'p',
  revision: 0,
  canonical: '{}',
  received,
  tokens: [],
})
const NOW = 1_000 * HALF + DAY_MS

test.each([
  ['received before this half', NOW - 2 * DAY_MS, true],
  ['as old as profiles may be', NOW - profileRetention, true],
  ['older than that', NOW - profileRetention - 1, false],
  ['received in this half, in which it is said anyhow', NOW - DAY_MS, false],
])('one %s: %j', (_, received, expected) => {
  expect(isSaidAgain(profileOf(received), NOW, defaults)).toBe(expected)
})

/** Time passes when it is told to. */
const createBench = async () => {
  let now = NOW
  const log = createMemoryLog(() => now, { idleMs: 5, pauseMs: 1 })
  await log.createTopics(topicSpecs(kafka, defaults))
  let looks: (() => void)[] = []
  const given: string[] = []
  const groups: string[] = []
  const open = (fails: () => Error | undefined = () => undefined) => {
    const parts: ProfilesAgainParts = {
      log: {
        subscribe: async (options) => {
          const failure = fails()
          if (failure) throw failure
          groups.push(options.group)
          return log.subscribe(options)
        },
      },
      kafka,
      retention,
      handler: {
        onBatch: async (batch) => {
          given.push(...batch.messages.map(({ value }) => String(value)))
          await batch.commit((batch.messages.at(-1)?.offset ?? 0) + 1)
        },
      },
      clock: () => now,
      patience: {
        random: () => 0,
        pause: (ms) => (ms < 60_000 ? Promise.resolve() : new Promise((resolve) => looks.push(resolve))),
      },
      onRetry: () => undefined,
    }
    return subscribeProfilesAgain(parts)
  }
  const look = (): void => {
    const all = looks
    looks = []
    for (const resolve of all) resolve()
  }
  return {
    log,
    open,
    look,
    groups,
    given: () => given.toSorted(),
    advance: (ms: number): void => {
      now += ms
      look()
    },
  }
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f']

test('all are said in each half, once, by however many copies', async () => {
  const { log, open, advance, look, given, groups } = await createBench()
  await log.append(
    'rb.profiles',
    KEYS.map((key) => ({ key, value: key })),
  )
  const copies = [await open(), await open()]
  await until(() => given().length >= KEYS.length)
  look()
  expect(new Set(given())).toEqual(new Set(KEYS))
  const first = given().length
  advance(HALF)
  await until(() => given().length >= first + KEYS.length)
  expect(new Set(groups)).toEqual(new Set(['rb.profiles.1000', 'rb.profiles.1001']))
  await Promise.all(copies.map((copy) => copy.stop()))
  await Promise.all(copies.map(({ ended }) => ended))
  expect(await log.committed('rb.profiles.1001', 'rb.profiles')).toEqual(
    (await log.bounds('rb.profiles')).map(({ end }) => (end === 0 ? undefined : end)),
  )
  await log.close()
})

test('one that comes back in the same half goes on where it was', async () => {
  const { log, open, given } = await createBench()
  await log.append(
    'rb.profiles',
    KEYS.map((key) => ({ key, value: key })),
  )
  const before = await open()
  await until(() => given().length === KEYS.length)
  await before.stop()
  const after = await open()
  await log.append('rb.profiles', [{ key: 'g', value: 'g' }])
  await until(() => given().includes('g'))
  await after.stop()
  expect(given()).toEqual([...KEYS, 'g'])
  await log.close()
})

test('the log may be away when a half begins', async () => {
  const { log, open, advance, groups } = await createBench()
  const failures: Error[] = []
  const copy = await open(() => failures.shift())
  failures.push(
    new RingbackError('store', 'away', { retryable: true }),
    new RingbackError('store', 'away', { retryable: true }),
  )
  advance(HALF)
  await until(() => groups.length === 2)
  expect(failures).toEqual([])
  await copy.stop()
  await copy.ended
  await log.close()
})

test('it ends by a failure that no repetition mends', async () => {
  const { log, open, advance } = await createBench()
  const failures: Error[] = []
  const copy = await open(() => failures.shift())
  failures.push(new RingbackError('store', 'the topic is gone'))
  advance(HALF)
  await expect(copy.ended).rejects.toThrow('the topic is gone')
  await copy.stop()
  await log.close()
})

test('halves follow one another', () => {
  expect([0, HALF - 1, HALF, 2 * HALF].map((at) => halfOf(at, retention))).toEqual([0, 0, 1, 2])
})
