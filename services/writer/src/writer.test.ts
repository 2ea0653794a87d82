/** What waits for the tables: it leaves the outbox when it is in, and a failure is nobody's end. */
import type { OutboxEntry } from '@ringback/pipeline'
import { createWriter } from './writer.ts'

const entry = (sequence: number): OutboxEntry => ({ sequence, table: 'journeys', rows: 1, body: Buffer.from('{}') })

const createTables = () => {
  const tables = {
    isFull: false,
    tries: 0,
    inserted: [] as number[],
    left: [] as number[],
    /** What the tables say where they are full. */
    cause: new Error('the disk is full'),
  }
  const writer = createWriter({
    store: {
      outbox: () => [],
      removeOutbox: async (entries) => {
        tables.left.push(...entries.map((one) => one.sequence))
      },
    },
    insert: async (entries) => {
      tables.tries++
      if (tables.isFull) throw tables.cause
      tables.inserted.push(...entries.map((one) => one.sequence))
    },
    mostWaiting: 1_000,
  })
  return { tables, writer }
}

test('what is taken leaves the outbox when it is in the tables', async () => {
  const { tables, writer } = createTables()
  writer.take([entry(1), entry(2)])
  await writer.settled()
  expect(tables).toMatchObject({ inserted: [1, 2], left: [1, 2] })
})

test('an insert that failed is told once to each who asks, and tried again for the next', async () => {
  const { tables, writer } = createTables()
  tables.isFull = true
  writer.take([entry(1)])
  await expect(writer.settled()).rejects.toBe(tables.cause)
  await expect(writer.settled()).rejects.toBe(tables.cause)
  expect(tables.left).toEqual([])
  tables.isFull = false
  writer.take([entry(2)])
  await writer.room()
  await writer.settled()
  expect(tables).toMatchObject({ inserted: [1, 2], left: [1, 2] })
})

test('of two who wait for one insert that fails, both are told', async () => {
  const { tables, writer } = createTables()
  tables.isFull = true
  writer.take([entry(1)])
  const told = await Promise.allSettled([writer.settled(), writer.settled()])
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
