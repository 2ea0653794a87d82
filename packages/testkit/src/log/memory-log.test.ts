import { createMemoryLog, logConformance } from '@ringback/testkit'

logConformance('memory', async () => ({
  log: createMemoryLog(Date.now, { idleMs: 20, pauseMs: 5 }),
  stop: async () => undefined,
}))

test('retention takes messages by the clock, and readers begin at what is left', async () => {
  let now = 1_000
  const log = createMemoryLog(() => now, { idleMs: 5 })
  const spec = { topic: 't', partitions: 1, isCompacted: false, stampsOnAppend: true, mostMessageBytes: 100 }
  await log.createTopics([{ ...spec, retention: 500 }])
  await log.append('t', [{ key: 'a', value: 'old' }])
  now = 1_400
  await log.append('t', [{ key: 'a', value: 'young' }])
  now = 1_600
  expect(await log.bounds('t')).toEqual([{ earliest: 1, end: 2 }])
  const offsets = await new Promise<number[]>((resolve) => {
    const onBatch = async ({
      messages,
    }: {
      readonly messages: readonly { readonly offset: number }[]
    }): Promise<void> => resolve(messages.map(({ offset }) => offset))
    void log.subscribe({ group: 'g', topics: ['t'], handler: { onBatch } })
  })
  expect(offsets).toEqual([1])
  await log.close()
})
