/** An import in the cluster ends when nothing follows from it any more: not before, and not never. */
import { setImmediate } from 'node:timers/promises'
import { configSchema } from '@ringback/contracts'
import { groupsOf, topicsOf, topicSpecs } from '@ringback/pipeline'
import { createMemoryLog } from '@ringback/testkit'
import { untilInTheTables } from './in-the-tables.ts'
import type { Io } from './io.ts'

const kafka = {
  brokers: [],
  prefix: 'rb',
  generation: 0,
  partitions: 2,
  sources: { web: [], contacts: [], profiles: [] },
}
const topics = topicsOf(kafka)
const groups = groupsOf(kafka)
const { defaults } = configSchema.parse({ council: { name: 'B', timezone: 'Europe/London' } })

/** Each look at the clock takes so long. */
const createIo = (lookMs: number) => {
  let now = 0
  const said: string[] = []
  const io: Io = {
    out: async () => undefined,
    err: (text) => void said.push(text),
    progress: () => undefined,
    cwd: '/',
    env: {},
    clock: () => (now += lookMs),
  }
  return { io, said }
}

/** A stage that says something for everything it reads, before it commits. */
const createBench = async () => {
  const log = createMemoryLog(() => 0, { idleMs: 5 })
  await log.createTopics(topicSpecs(kafka, defaults))
  const read = (group: string, from: readonly string[], onMessage: (value: string) => Promise<void>) =>
    log.subscribe({
      group,
      topics: from,
      handler: {
        onBatch: async ({ messages, commit }) => {
          for (const { value } of messages) await onMessage(String(value))
          await commit((messages.at(-1)?.offset ?? 0) + 1)
        },
      },
    })
  const say = (topic: string, value: string) => log.append(topic, [{ key: value, value }])
  return { log, read, say }
}

test('it waits for whatever follows, however long the chain', async () => {
  const { log, read, say } = await createBench()
  const { io, said } = createIo(1)
  const inserted: string[] = []
  await read(groups.assembler, [topics.web, topics.contacts, topics.profiles], () => say(topics.households, '30'))
  await read(groups.correlator, [topics.households], (left) =>
    Number(left) > 0 ? say(topics.households, String(Number(left) - 1)) : say(topics.conclusions, 'the end'),
  )
  await read(groups.writer, [topics.conclusions, topics.badRows], async (row) => void inserted.push(row))
  await say(topics.web, 'a record')
  await untilInTheTables({ log, topics, groups }, io)
  expect(inserted).toEqual(['the end'])
  expect(said).toEqual([])
  await log.close()
})

test('where others never cease to bring records, it ends after ten rounds and says so', async () => {
  const { log, read, say } = await createBench()
  const { io, said } = createIo(1)
  let rounds = 0
  await read(groups.assembler, [topics.web, topics.contacts, topics.profiles], () => say(topics.households, 'facts'))
  await read(groups.correlator, [topics.households], async () => {
    rounds++
    // In memory nothing takes any time, and nobody else would ever have a turn.
    await setImmediate()
    await say(topics.web, `another ${rounds}`)
  })
  await read(groups.writer, [topics.conclusions, topics.badRows], async () => undefined)
  await say(topics.web, 'a record')
  await untilInTheTables({ log, topics, groups }, io)
  expect(said).toEqual([expect.stringContaining('after 10 rounds')])
  await log.close()
})

test('where nobody takes anything, it says what waits and what to do, and gives up', async () => {
  const { log, say } = await createBench()
  const { io, said } = createIo(5_000)
  await say(topics.web, 'a record')
  await expect(untilInTheTables({ log, topics, groups }, io)).rejects.toMatchObject({
    exitStatus: 3,
    message: expect.stringMatching(/messages wait \(assembler 1\).*ringback doctor/),
  })
  expect(said).toEqual([expect.stringMatching(/messages wait \(assembler 1\).*nobody gets on/)])
  await log.close()
})
