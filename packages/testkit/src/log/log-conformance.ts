/** What every implementation of the log's port owes. Run with jest, by a test file of the implementation's own. */
import { type Log, partitionOf, RingbackError, type TopicSpec } from '@ringback/pipeline'
import { createReader, numbered, type Reader, until } from './log-reader.ts'

export interface OpenLog {
  readonly log: Log
  readonly stop: () => Promise<void>
}

const PARTITIONS = 4
const SLOW_MS = 60_000
const START_MS = 300_000

const failing = (message: string): RingbackError => new RingbackError('store', message, { retryable: true })

/** `open` gives nothing where the machine cannot run the real thing: then nothing is tested, and whoever opens says so. */
export const logConformance = (name: string, open: () => Promise<OpenLog | undefined>): void => {
  describe(`${name} is a log`, () => {
    let opened: OpenLog | undefined
    let topics = 0
    const readers: Reader[] = []

    beforeAll(async () => {
      opened = await open()
    }, START_MS)
    afterEach(async () => {
      await Promise.all(readers.splice(0).map(({ stop }) => stop()))
    }, SLOW_MS)
    afterAll(async () => {
      await opened?.log.close()
      await opened?.stop()
    }, START_MS)

    const sentence = (says: string, check: (log: Log) => Promise<void>): void => {
      test(
        says,
        async () => {
          if (opened) await check(opened.log)
        },
        SLOW_MS,
      )
    }
    const makeTopic = async (log: Log, changes: Partial<TopicSpec> = {}): Promise<string> => {
      const topic = `conformance.${process.pid}.${++topics}`
      const spec = { partitions: PARTITIONS, retention: undefined, isCompacted: false, stampsOnAppend: true }
      await log.createTopics([{ ...spec, mostMessageBytes: 1024 * 1024, ...changes, topic }])
      return topic
    }
    const read: typeof createReader = async (log, options) => {
      const reader = await createReader(log, options)
      readers.push(reader)
      return reader
    }

    sentence('keeps the order within a partition, and puts a key where partitionOf says', async (log) => {
      const topic = await makeTopic(log)
      await log.append(topic, numbered(300))
      await log.append(topic, numbered(300, 300))
      const reader = await read(log, { topic })
      await until(() => reader.values().length === 600)
      for (const { partition, messages, fetchedFrom } of reader.batches) {
        expect(messages[0]?.offset).toBe(fetchedFrom)
        for (const { key } of messages) expect(partitionOf(key ?? '', PARTITIONS)).toBe(partition)
      }
      for (const values of reader.byPartition().values()) expect(values).toEqual(values.toSorted((a, b) => a - b))
    })

    sentence(
      'puts a message into the partition that it names, and has its key and no value in a tombstone',
      async (log) => {
        const topic = await makeTopic(log)
        await log.append(topic, [
          { key: 'a', value: '1', partition: 3 },
          { key: 'ü', value: null, partition: 3 },
        ])
        const reader = await read(log, { topic })
        await until(() => reader.messages().length === 2)
        expect(reader.batches.map(({ partition }) => partition)).toContain(3)
        expect(reader.messages().map(({ key, value }) => [key, value?.toString()])).toEqual([
          ['a', '1'],
          ['ü', undefined],
        ])
      },
    )

    sentence('stamps messages when it takes them, never going back in a partition', async (log) => {
      const topic = await makeTopic(log, { partitions: 1 })
      for (const from of [0, 1, 2]) await log.append(topic, numbered(1, from))
      const reader = await read(log, { topic })
      await until(() => reader.messages().length === 3)
      const stamps = reader.messages().map(({ timestamp }) => timestamp)
      expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
      expect(stamps[0]).toBeGreaterThan(0)
    })

    sentence('takes 5,000 messages at once and says where the partitions end', async (log) => {
      const topic = await makeTopic(log)
      expect(await log.bounds(topic)).toEqual(Array.from({ length: PARTITIONS }, () => ({ earliest: 0, end: 0 })))
      const messages = numbered(5_000)
      await log.append(topic, messages)
      const ends = Array.from({ length: PARTITIONS }, (_, partition) => ({
        earliest: 0,
        end: messages.filter(({ key }) => partitionOf(key, PARTITIONS) === partition).length,
      }))
      expect(await log.bounds(topic)).toEqual(ends)
      const reader = await read(log, { topic })
      await until(() => reader.values().length >= 5_000)
      expect(reader.values().length).toBe(5_000)
      await until(async () => {
        const committed = await log.committed(reader.group, topic)
        return ends.every(({ end }, partition) => committed[partition] === end)
      })
    })

    sentence(
      'carries large messages, and refuses larger ones for good without telling what is in them',
      async (log) => {
        const [small, large] = [await makeTopic(log), await makeTopic(log, { mostMessageBytes: 2 * 1024 * 1024 })]
        const text = (bytes: number): string => `secret${'x'.repeat(bytes - 6)}`
        await log.append(small, [
          { key: 'a', value: text(900 * 1024) },
          { key: 'a', value: 'after' },
        ])
        await log.append(large, [{ key: 'a', value: text(2 * 1024 * 1024 - 4096) }])
        const refusal = await log
          .append(small, [{ key: 'a', value: text(3 * 1024 * 1024) }])
          .catch((error: unknown) => error)
        expect(refusal).toBeInstanceOf(RingbackError)
        expect(refusal).toMatchObject({ retryable: false, message: expect.stringContaining('larger') })
        expect(String(refusal)).not.toContain('secret')
        const reader = await read(log, { topic: small })
        await until(() => reader.messages().length === 2)
        expect(reader.messages().map(({ value }) => value?.length)).toEqual([900 * 1024, 5])
        const other = await read(log, { topic: large })
        await until(() => other.messages().length === 1)
      },
    )

    sentence('has nothing to say of a topic that is not there', async (log) => {
      const topic = `conformance.${process.pid}.missing`
      const refused = { retryable: false }
      await expect(log.append(topic, numbered(1))).rejects.toMatchObject(refused)
      await expect(log.bounds(topic)).rejects.toMatchObject(refused)
      await expect(createReader(log, { topic })).rejects.toMatchObject(refused)
    })

    sentence('makes topics once, and never with another number of partitions', async (log) => {
      const topic = await makeTopic(log)
      const spec = { topic, retention: 1e9, isCompacted: false, stampsOnAppend: true, mostMessageBytes: 1e6 }
      expect(await log.createTopics([{ ...spec, partitions: PARTITIONS }])).toEqual([])
      const both = [
        { ...spec, partitions: PARTITIONS },
        { ...spec, topic: `${topic}.b`, partitions: 2, isCompacted: true, retention: undefined },
      ]
      expect(await log.createTopics(both)).toEqual([`${topic}.b`])
      await expect(log.createTopics([{ ...spec, partitions: 5 }])).rejects.toMatchObject({
        code: 'configuration',
        message: expect.stringContaining(`${topic} has 4 partitions`),
      })
    })

    sentence('tells which topics are there, and how they are set', async (log) => {
      const spec = { retention: 86_400_000, isCompacted: false, stampsOnAppend: true, mostMessageBytes: 2_000_000 }
      const kept = await makeTopic(log, { ...spec, partitions: 3 })
      const compacted = { retention: undefined, isCompacted: true, stampsOnAppend: false, mostMessageBytes: 1_000_000 }
      const other = await makeTopic(log, { ...compacted, partitions: 1 })
      const described = await log.describeTopics([kept, `${kept}.missing`, other])
      expect(described.toSorted((a, b) => b.partitions - a.partitions)).toEqual([
        { ...spec, topic: kept, partitions: 3 },
        { ...compacted, topic: other, partitions: 1 },
      ])
      expect(await log.describeTopics([])).toEqual([])
    })

    sentence('gives a topic more partitions, never fewer, and keeps what lies in it', async (log) => {
      const topic = await makeTopic(log, { partitions: 2 })
      await log.append(topic, numbered(50))
      const before = await log.bounds(topic)
      await log.addPartitions(topic, 5)
      await log.addPartitions(topic, 3)
      expect(await log.bounds(topic)).toEqual([
        ...before,
        ...Array.from({ length: 3 }, () => ({ earliest: 0, end: 0 })),
      ])
      await log.append(topic, [{ key: 'a', value: '50', partition: 4 }])
      expect((await log.bounds(topic))[4]).toEqual({ earliest: 0, end: 1 })
      const reader = await read(log, { topic })
      await until(() => new Set(reader.values()).size === 51)
      await expect(log.addPartitions(`${topic}.missing`, 2)).rejects.toMatchObject({ retryable: false })
    })

    sentence('deletes a topic with all that lies in it, and makes it anew with other partitions', async (log) => {
      const topic = await makeTopic(log, { partitions: 2 })
      await log.append(topic, numbered(50))
      const former = await read(log, { topic })
      await until(() => former.values().length === 50)
      await former.stop()
      await log.deleteTopics([topic, `${topic}.missing`])
      expect(await log.describeTopics([topic])).toEqual([])
      await expect(log.bounds(topic)).rejects.toMatchObject({ retryable: false })
      const spec = { topic, retention: undefined, isCompacted: false, stampsOnAppend: true, mostMessageBytes: 1e6 }
      expect(await log.createTopics([{ ...spec, partitions: 5 }])).toEqual([topic])
      await log.append(topic, numbered(20, 100))
      expect((await log.bounds(topic)).map(({ end }) => end).reduce((a, b) => a + b)).toBe(20)
      const reader = await read(log, { topic })
      await until(() => reader.values().length === 20)
      expect(Math.min(...reader.values())).toBe(100)
    })

    sentence('knows how many members a group has', async (log) => {
      const topic = await makeTopic(log, { partitions: 2 })
      expect(await log.membersOf('nobody')).toBe(0)
      const first = await read(log, { topic })
      const second = await read(log, { topic, group: first.group })
      await until(async () => (await log.membersOf(first.group)) === 2)
      await second.stop()
      await until(async () => (await log.membersOf(first.group)) === 1)
    })

    sentence('gives a batch again that failed, in full', async (log) => {
      const topic = await makeTopic(log, { partitions: 1 })
      await log.append(topic, numbered(20))
      let attempts = 0
      const reader = await read(log, {
        topic,
        onBatch: async () => {
          if (++attempts < 3) throw failing('not yet')
        },
      })
      await until(() => reader.values().length === 20)
      expect(attempts).toBe(3)
      expect(reader.firstOffsets).toEqual([0, 0, 0])
    })

    sentence('never commits backwards', async (log) => {
      const topic = await makeTopic(log, { partitions: 1 })
      await log.append(topic, numbered(10))
      const known: (number | undefined)[] = []
      const reader = await read(log, {
        topic,
        commits: false,
        onBatch: async ({ committed, commit }) => {
          known.push(committed())
          for (const offset of [7, 3, 7]) {
            await commit(offset)
            known.push(committed())
          }
        },
      })
      await until(() => known.length === 4)
      expect(known).toEqual([undefined, 7, 7, 7])
      expect(await log.committed(reader.group, topic)).toEqual([7])
      await reader.stop()
      // A new member knows it from the group.
      const next = await read(log, { topic, group: reader.group, commits: false })
      await until(() => next.values().length === 3)
      expect(next.values()).toEqual([7, 8, 9])
      expect(next.batches[0]?.committed()).toBe(7)
    })

    test.each([
      { where: 'below the batch', from: 50, to: 20, fails: false },
      { where: 'below the batch, which fails', from: 50, to: 20, fails: true },
      { where: 'inside the batch', from: 0, to: 30, fails: false },
      { where: 'inside the batch, which fails', from: 0, to: 30, fails: true },
      { where: 'above the batch', from: 50, to: 70, fails: false },
      { where: 'above the batch, which fails', from: 50, to: 70, fails: true },
    ])(
      'goes on where it was sought: $where',
      async ({ from, to, fails }) => {
        if (!opened) return
        const { log } = opened
        const topic = await makeTopic(log, { partitions: 1 })
        await log.append(topic, numbered(50))
        let calls = 0
        let soughtIn = Infinity
        const reader = await read(log, {
          topic,
          onBatch: async ({ messages, seek }) => {
            calls++
            if (soughtIn < calls || (messages[0]?.offset ?? 0) < from) return
            soughtIn = calls
            await log.append(topic, numbered(30, 60))
            seek(0)
            seek(to)
            if (fails) throw failing('sought')
          },
        })
        if (from > 0) {
          await until(() => reader.values().length >= 50)
          await log.append(topic, numbered(10, 50))
        }
        await until(() => calls > soughtIn)
        expect(reader.firstOffsets[soughtIn]).toBe(to)
        await until(async () => (await log.committed(reader.group, topic))[0] === (await log.bounds(topic))[0]?.end)
      },
      SLOW_MS,
    )

    sentence('goes on where an idle call sought, before anything comes', async (log) => {
      const topic = await makeTopic(log, { partitions: 1 })
      await log.append(topic, numbered(40))
      let isFirst = true
      const reader = await read(log, {
        topic,
        onBatch: async () => {
          isFirst = false
        },
        onIdle: async ({ seek, committed, bounds }) => {
          if (!isFirst) return
          isFirst = false
          expect(committed()).toBe(undefined)
          expect(await bounds()).toEqual({ earliest: 0, end: 40 })
          seek(25)
        },
      })
      await until(() => reader.values().length === 15)
      expect(reader.values()[0]).toBe(25)
    })

    sentence('calls idle owners after the assignment and again and again, who may commit', async (log) => {
      const topic = await makeTopic(log, { partitions: 2 })
      await log.append(topic, [{ key: '', value: '0', partition: 1 }])
      const calls: number[] = []
      const reader = await read(log, {
        topic,
        commits: false,
        onIdle: async ({ partition, commit, bounds, heartbeat }) => {
          calls.push(partition)
          await heartbeat()
          await commit((await bounds()).end)
        },
      })
      await until(() => [0, 1].every((p) => calls.filter((other) => other === p).length >= 3))
      expect((await log.committed(reader.group, topic))[1]).toBe(1)
    })

    sentence('never calls twice at once for one partition', async (log) => {
      const topic = await makeTopic(log)
      const busy = new Set<number>()
      let calls = 0
      let overlaps = 0
      let idleMs = 0
      const alone = async (partition: number, ms: number): Promise<void> => {
        if (busy.has(partition)) overlaps++
        busy.add(partition)
        await new Promise((resolve) => setTimeout(resolve, ms))
        busy.delete(partition)
        if (++calls % 7 === 0) throw failing('now and then')
      }
      const reader = await read(log, {
        topic,
        onBatch: ({ partition }) => alone(partition, 5),
        // What comes during a long idle call has time to be fetched.
        onIdle: async ({ partition }) => {
          if (idleMs > 0) await log.append(topic, [{ key: '', value: '0', partition }])
          await alone(partition, idleMs)
        },
      })
      for (let from = 0; from < 400; from += 40) {
        await log.append(topic, numbered(40, from))
        await until(() => calls > from / 40)
      }
      await until(() => reader.values().length === 400)
      idleMs = 700
      const before = calls
      await until(() => calls > before + 2 * PARTITIONS)
      idleMs = 0
      expect(overlaps).toBe(0)
      await expect(Promise.race([reader.ended, Promise.resolve('running')])).resolves.toBe('running')
    })

    sentence('goes on after a stop where the group had committed', async (log) => {
      const topic = await makeTopic(log, { partitions: 1 })
      await log.append(topic, numbered(10))
      const first = await read(log, { topic })
      await until(() => first.values().length === 10)
      await first.stop()
      await expect(first.ended).resolves.toBe(undefined)
      await log.append(topic, numbered(5, 10))
      const second = await read(log, { topic, group: first.group })
      await until(() => second.values().length >= 5)
      expect(second.values()).toEqual([10, 11, 12, 13, 14])
    })

    sentence('finishes the batch at hand when it is stopped, within seconds', async (log) => {
      const topic = await makeTopic(log, { partitions: 1 })
      await log.append(topic, numbered(10))
      let isAtWork = false
      let isFinished = false
      const reader = await read(log, {
        topic,
        onBatch: async () => {
          isAtWork = true
          await new Promise((resolve) => setTimeout(resolve, 300))
          isFinished = true
        },
      })
      await until(() => isAtWork)
      const begun = performance.now()
      await reader.stop()
      expect(isFinished).toBe(true)
      expect(await log.committed(reader.group, topic)).toEqual([10])
      expect(performance.now() - begun).toBeLessThan(10_000)
    })

    sentence('gives everything to every group', async (log) => {
      const topic = await makeTopic(log)
      await log.append(topic, numbered(100))
      const both = await Promise.all([read(log, { topic }), read(log, { topic })])
      for (const reader of both) await until(() => reader.values().length === 100)
    })

    sentence('reads several topics as one group', async (log) => {
      const topic = [await makeTopic(log), await makeTopic(log, { partitions: 2 })]
      for (const [i, name] of topic.entries()) await log.append(name, numbered(50, 50 * i))
      const all = [await read(log, { topic })]
      all.push(await read(log, { topic, group: all[0]?.group ?? '' }))
      await until(() => new Set(all.flatMap((reader) => reader.values())).size === 100)
    })

    sentence('ends by a failure that no repetition mends', async (log) => {
      const topic = await makeTopic(log, { partitions: 1 })
      await log.append(topic, numbered(1))
      const broken = await read(log, { topic, onBatch: () => Promise.reject(new RingbackError('store', 'for good')) })
      await expect(broken.ended).rejects.toThrow('for good')
      const unknown = await read(log, { topic, onBatch: () => Promise.reject(new TypeError('a bug')) })
      await expect(unknown.ended).rejects.toThrow('a bug')
      const idle = await read(log, { topic, onIdle: () => Promise.reject(new TypeError('another')) })
      await expect(idle.ended).rejects.toThrow('another')
      const beyond = await read(log, { topic, onIdle: async ({ seek }) => seek(1_000) })
      await expect(beyond.ended).rejects.toMatchObject({ retryable: false })
    })

    sentence('hears from the log while nothing comes', async (log) => {
      const topic = await makeTopic(log, { partitions: 1 })
      const reader = await read(log, { topic })
      const before = reader.lastProgressAt()
      await until(() => reader.lastProgressAt() > before)
    })

    sentence('shares a group among members, who come and go, and nothing is lost', async (log) => {
      const topic = await makeTopic(log)
      const [first, total] = [await read(log, { topic }), 2_000]
      const all = [first]
      const seen = (): Set<number> => new Set(all.flatMap((reader) => reader.values()))
      for (let from = 0; from < total; from += 100) {
        await log.append(topic, numbered(100, from))
        if (from === 400) all.push(await read(log, { topic, group: first.group }))
        if (from === 1_000) await until(() => all.every((reader) => reader.values().length > 0))
        if (from === 1_500) await first.stop()
      }
      await until(() => seen().size === total)
      // The property: what is committed was handled, and everything is committed in the end.
      await until(async () => {
        const [bounds, committed] = [await log.bounds(topic), await log.committed(first.group, topic)]
        return bounds.every(({ end }, partition) => committed[partition] === end)
      })
    })

    sentence('lets nobody act on a partition that is another’s', async (log) => {
      const topic = await makeTopic(log, { partitions: 1 })
      await log.append(topic, numbered(3))
      const first = await read(log, { topic })
      await until(() => first.values().length === 3)
      await first.stop()
      const second = await read(log, { topic, group: first.group })
      await log.append(topic, numbered(3, 3))
      await until(() => second.values().length === 3)
      const batch = first.batches[0]
      await expect(batch?.commit(1)).rejects.toMatchObject({ retryable: true })
      await expect(batch?.heartbeat()).rejects.toMatchObject({ retryable: true })
      expect(() => batch?.seek(0)).toThrow(RingbackError)
      expect(await log.committed(first.group, topic)).toEqual([6])
    })
  })
}
