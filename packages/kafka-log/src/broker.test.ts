/** What only a real broker can show: each trap of kafkajs, and of members that come and go. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createKafkaLog } from '@ringback/kafka-log'
import { type Log, RingbackError, type TopicSpec } from '@ringback/pipeline'
import { createReader, type Native, numbered, type Reader, startNative, until } from '@ringback/testkit'
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs'

const START_MS = 300_000
const SLOW_MS = 90_000
/** The least that a broker allows by default. */
const SESSION_MS = 6_000

interface Bench {
  readonly native: Native
  readonly log: Log
  /** kafkajs as it is. */
  readonly kafka: Kafka
  readonly admin: Admin
}

jest.setTimeout(SLOW_MS)

let bench: Bench | undefined
const readers: Reader[] = []
let topics = 0

beforeAll(async () => {
  const native = await startNative(['kafka'])
  const brokers = native?.kafka?.brokers
  if (!native || !brokers) return
  const kafka = new Kafka({ brokers, clientId: 'test', logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const tuning = { sessionMs: SESSION_MS, batchMessages: 100 }
  bench = { native, kafka, admin, log: createKafkaLog({ brokers, clientId: 'test', clock: Date.now, tuning }) }
}, START_MS)
afterEach(async () => {
  await Promise.all(readers.splice(0).map(({ stop }) => stop()))
})
afterAll(async () => {
  await bench?.admin.disconnect()
  await bench?.log.close()
  await bench?.native.stop()
}, START_MS)

const onBroker = (check: (bench: Bench) => Promise<void>) => async (): Promise<void> => {
  if (bench) await check(bench)
}

const specOf = (topic: string, changes: Partial<TopicSpec> = {}): TopicSpec => ({
  topic,
  partitions: 1,
  retention: undefined,
  isCompacted: false,
  stampsOnAppend: true,
  mostMessageBytes: 1024 * 1024,
  ...changes,
})
const makeTopic = async ({ log }: Bench, changes: Partial<TopicSpec> = {}): Promise<string> => {
  const topic = `broker.${process.pid}.${++topics}`
  await log.createTopics([specOf(topic, changes)])
  return topic
}
const read = async (...args: Parameters<typeof createReader>): Promise<Reader> => {
  const reader = await createReader(...args)
  readers.push(reader)
  return reader
}
/** As retention does. */
const forget = async ({ admin }: Bench, topic: string, before: number): Promise<void> => {
  await admin.fetchTopicOffsets(topic)
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(before) }] })
}
const native = (command: string, { dir }: Native, ...more: string[]): void => {
  const { status, stderr } = spawnSync(join('infra', 'native', command), [dir, ...more], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

test(
  'gives topics the settings that they need',
  onBroker(async (bench) => {
    const changes = { retention: 86_400_000, isCompacted: true, mostMessageBytes: 2 * 1024 * 1024 }
    const name = await makeTopic(bench, changes)
    const { resources } = await bench.admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name }],
    })
    const values = Object.fromEntries(resources[0]?.configEntries.map((e) => [e.configName, e.configValue]) ?? [])
    expect(values).toMatchObject({
      'cleanup.policy': 'compact',
      'retention.ms': '86400000',
      'message.timestamp.type': 'LogAppendTime',
      'max.message.bytes': '2097152',
    })
  }),
)

test(
  'makes nothing by accident',
  onBroker(async ({ log, admin }) => {
    const topic = `broker.${process.pid}.never`
    await expect(log.append(topic, numbered(1))).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('ringback topics create'),
    })
    await expect(createReader(log, { topic })).rejects.toMatchObject({ retryable: false })
    expect(await admin.listTopics()).not.toContain(topic)
  }),
)

test(
  'has the broker’s time, whatever the producer’s clock says',
  onBroker(async (bench) => {
    const topic = await makeTopic(bench)
    const producer = bench.kafka.producer()
    await producer.connect()
    await producer.send({ topic, messages: [{ key: 'a', value: '0', timestamp: String(Date.UTC(2001, 0, 1)) }] })
    await producer.disconnect()
    const reader = await read(bench.log, { topic })
    await until(() => reader.messages().length === 1)
    expect(Math.abs(Date.now() - (reader.messages()[0]?.timestamp ?? 0))).toBeLessThan(60_000)
  }),
)

test(
  'goes over what transactions leave in a log',
  onBroker(async (bench) => {
    const topic = await makeTopic(bench)
    const transactionalId = `tx.${topic}`
    const producer = bench.kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    for (const [value, isKept] of [
      ['0', false],
      ['1', true],
      ['2', false],
    ] as const) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ key: 'a', value }] })
      await (isKept ? transaction.commit() : transaction.abort())
    }
    await producer.disconnect()
    const reader = await read(bench.log, { topic })
    await until(() => reader.values().length === 1)
    await bench.log.append(topic, numbered(1, 3))
    await until(() => reader.values().length === 2)
    expect(reader.values()).toEqual([1, 3])
  }),
)

test(
  'begins at what retention left, and keeps to its commits',
  onBroker(async (bench) => {
    const { log } = bench
    const topic = await makeTopic(bench)
    await log.append(topic, numbered(50))
    const first = await read(log, { topic, commits: false, onBatch: async ({ commit }) => commit(5) })
    await until(() => first.values().length === 50)
    await first.stop()
    await forget(bench, topic, 20)
    expect(await log.bounds(topic)).toEqual([{ earliest: 20, end: 50 }])
    const second = await read(log, { topic, group: first.group, commits: false })
    await until(() => second.values().length === 30)
    expect(second.batches[0]?.committed()).toBe(5)
    expect(second.values()[0]).toBe(20)
    // Had kafkajs seen to it, it would have committed a reset by itself.
    expect(await log.committed(first.group, topic)).toEqual([5])
  }),
)

test(
  'goes on where retention overtook a reader, and commits anew',
  onBroker(async (bench) => {
    const { log } = bench
    const topic = await makeTopic(bench)
    await log.append(topic, numbered(50))
    let isHeld = true
    const reader = await read(log, {
      topic,
      onBatch: async ({ commit }) => {
        if (!isHeld) return
        await commit(10)
        throw new RingbackError('store', 'held', { retryable: true })
      },
    })
    await until(async () => (await log.committed(reader.group, topic))[0] === 10)
    await forget(bench, topic, 20)
    isHeld = false
    await until(() => reader.values().length >= 30)
    expect(reader.values()[0]).toBe(20)
    await until(async () => (await log.committed(reader.group, topic))[0] === 50)
  }),
)

test(
  'refuses to go on in a topic that was made anew under its group',
  onBroker(async (bench) => {
    const { log, admin } = bench
    const topic = await makeTopic(bench)
    await log.append(topic, numbered(10))
    const first = await read(log, { topic })
    await until(() => first.values().length === 10)
    await first.stop()
    await admin.deleteTopics({ topics: [topic] })
    await until(async () => !(await admin.listTopics()).includes(topic))
    await log.createTopics([specOf(topic)])
    // The broker forgets the commits of a topic that is deleted; another group's are the same story.
    await admin.setOffsets({ groupId: first.group, topic, partitions: [{ partition: 0, offset: '10' }] })
    const second = await read(log, { topic, group: first.group })
    await expect(second.ended).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('generation'),
    })
  }),
)

test(
  'ends when its topic is deleted, and does not stop in silence',
  onBroker(async (bench) => {
    const topic = await makeTopic(bench)
    const reader = await read(bench.log, { topic })
    await bench.log.append(topic, numbered(1))
    await until(() => reader.values().length === 1)
    await bench.admin.deleteTopics({ topics: [topic] })
    await expect(reader.ended).rejects.toBeInstanceOf(RingbackError)
  }),
)

test(
  'tells a handler at work that others came, who may still commit what it did',
  onBroker(async (bench) => {
    const { log } = bench
    const topic = await makeTopic(bench, { partitions: 2 })
    await log.append(topic, numbered(300))
    let refusal: unknown
    let isJoined = false
    const first = await read(log, {
      topic,
      onBatch: async ({ messages, heartbeat, commit }) => {
        if (refusal !== undefined) return
        try {
          await until(async () => {
            await heartbeat()
            return refusal !== undefined
          })
        } catch (error) {
          refusal = error
          await commit((messages[0]?.offset ?? 0) + 1)
          throw error
        }
      },
    })
    await until(() => first.firstOffsets.length > 0)
    const second = await read(log, { topic, group: first.group, onIdle: async () => void (isJoined = true) })
    await until(() => isJoined)
    expect(refusal).toMatchObject({ retryable: true })
    await until(() => new Set([...first.values(), ...second.values()]).size >= 298)
    await until(async () => {
      const [bounds, committed] = [await log.bounds(topic), await log.committed(first.group, topic)]
      return bounds.every(({ end }, partition) => committed[partition] === end)
    })
    await expect(Promise.race([first.ended, Promise.resolve('running')])).resolves.toBe('running')
  }),
)

test(
  'keeps who was away too long from acting, and takes it back',
  onBroker(async (bench) => {
    const { log } = bench
    const topic = await makeTopic(bench)
    await log.append(topic, numbered(10))
    const away: { wake?: () => void; refusal?: unknown } = {}
    const first = await read(log, {
      topic,
      commits: false,
      onBatch: async ({ commit }) => {
        if (away.wake) return
        await new Promise<void>((resolve) => {
          away.wake = resolve
        })
        away.refusal = await commit(3).catch((error: unknown) => error)
      },
    })
    await until(() => away.wake !== undefined)
    // It says nothing for longer than a session lasts.
    const second = await read(log, { topic, group: first.group })
    await until(() => second.values().length === 10)
    away.wake?.()
    await until(() => away.refusal !== undefined)
    expect(away.refusal).toMatchObject({ retryable: true })
    expect(await log.committed(first.group, topic)).toEqual([10])
    await second.stop()
    const calls = first.firstOffsets.length
    await log.append(topic, numbered(1, 10))
    await until(() => first.firstOffsets.length > calls && first.values().includes(10))
  }),
)

test(
  'waits longer after each failure in a row',
  onBroker(async (bench) => {
    const topic = await makeTopic(bench)
    await bench.log.append(topic, numbered(1))
    const calls: number[] = []
    const reader = await read(bench.log, {
      topic,
      onBatch: async () => {
        calls.push(performance.now())
        if (calls.length < 5) throw new RingbackError('store', 'not yet', { retryable: true })
      },
    })
    await until(() => reader.values().length === 1)
    expect((calls[4] ?? 0) - (calls[3] ?? 0)).toBeGreaterThan(800)
  }),
)

test(
  'makes good a commit that went back behind its back',
  onBroker(async (bench) => {
    const { log, kafka } = bench
    const topic = await makeTopic(bench, { partitions: 2 })
    const reader = await read(log, { topic })
    const other = kafka.consumer({ groupId: reader.group })
    await other.connect()
    try {
      await other.subscribe({ topics: [topic] })
      await other.run({ autoCommit: false, eachBatch: async () => undefined })
      const both = [0, 1].flatMap((partition) => numbered(5).map((message) => ({ ...message, partition })))
      await until(async () => {
        await log.append(topic, both)
        return reader.batches.length > 0
      })
      const { partition } = reader.batches[0] ?? { partition: -1 }
      const isDone = async (): Promise<boolean> =>
        (await log.committed(reader.group, topic))[partition] === (await log.bounds(topic))[partition]?.end
      await until(isDone)
      // The broker asks who commits, not whose the partition is.
      await other.commitOffsets([{ topic, partition, offset: '3' }])
      await until(isDone)
    } finally {
      await other.disconnect()
    }
  }),
)

test(
  'lives as a member without a partition',
  onBroker(async (bench) => {
    const { log } = bench
    const topic = await makeTopic(bench)
    const all = [await read(log, { topic })]
    all.push(await read(log, { topic, group: all[0]?.group ?? '' }))
    const heard = all.map((reader) => reader.lastProgressAt())
    await log.append(topic, numbered(5))
    await until(() => all.flatMap((reader) => reader.values()).length >= 5)
    await until(() => all.every((reader, i) => reader.lastProgressAt() > (heard[i] ?? 0) + 2_000))
  }),
)

test(
  'lets a connection rest while nothing comes',
  onBroker(async (bench) => {
    const topic = await makeTopic(bench)
    const reader = await read(bench.log, { topic })
    await until(() => reader.firstOffsets.length === 0)
    const timers = jest.spyOn(globalThis, 'setTimeout')
    const until2s = performance.now() + 2_000
    await until(() => performance.now() > until2s)
    const own = Math.ceil(2_000 / 10)
    // kafkajs alone sets some 800 a second for each connection.
    expect(timers.mock.calls.length).toBeLessThan(own + 100)
    timers.mockRestore()
  }),
)

test(
  'goes on when the broker comes back, and says meanwhile that it hears nothing',
  onBroker(async (bench) => {
    const { log } = bench
    const topic = await makeTopic(bench)
    await log.append(topic, numbered(10))
    const reader = await read(log, { topic })
    await until(() => reader.values().length === 10)
    native('down', bench.native)
    await expect(log.append(topic, numbered(1, 10))).rejects.toMatchObject({ code: 'store', retryable: true })
    await expect(log.bounds(topic)).rejects.toMatchObject({ retryable: true })
    await expect(createReader(log, { topic })).rejects.toMatchObject({ retryable: true })
    const heard = reader.lastProgressAt()
    native('up', bench.native, '--only', 'kafka')
    expect(reader.lastProgressAt()).toBe(heard)
    await until(() =>
      log.append(topic, numbered(1, 10)).then(
        () => true,
        () => false,
      ),
    )
    await until(() => reader.values().includes(10))
    expect(new Set(reader.values())).toEqual(new Set(Array.from({ length: 11 }, (_, i) => i)))
    await until(async () => {
      const [bounds, committed] = [await log.bounds(topic), await log.committed(reader.group, topic)]
      return committed[0] === bounds[0]?.end
    })
  }),
)

test(
  'the bounds of several topics may be asked for at once, of a client that has seen none of them',
  onBroker(async (there) => {
    const names = [await makeTopic(there), await makeTopic(there), await makeTopic(there), await makeTopic(there)]
    const log = createKafkaLog({ brokers: there.native.kafka?.brokers ?? [], clientId: 'fresh', clock: Date.now })
    try {
      const bounds = await Promise.all([...names, ...names].map((name) => log.bounds(name)))
      expect(bounds).toEqual(bounds.map(() => [{ earliest: 0, end: 0 }]))
    } finally {
      await log.close()
    }
  }),
)
