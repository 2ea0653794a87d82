/** Group commit: who shares a write, and what each is told of it. */
import type { SealedBadRow } from '@ringback/pipeline'
import type { Taken } from '../keep.ts'
import { createGather } from './gather.ts'

const badRow = (id: string): SealedBadRow => ({
  id,
  received_at: '',
  kind: null,
  source: null,
  reason: 'json',
  place: '',
  pointer: '',
})
const taken = (...ids: readonly string[]): Taken => ({ records: [], bad: ids.map(badRow) })

/** Writes end when the test says so. */
const heldKeep = () => {
  const writes: { readonly ids: string[]; readonly end: (error?: Error) => void }[] = []
  const keep = ({ bad }: Taken): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = (error?: Error): void => (error ? reject(error) : resolve())
      writes.push({ ids: bad.map(({ id }) => id), end })
    })
  return { writes, keep }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

test('what comes while a write is under way shares the next one, and is told when that has ended', async () => {
  const { writes, keep } = heldKeep()
  const gather = createGather(keep)
  const told: string[] = []
  const send = (...ids: readonly string[]) => void gather(taken(...ids)).then(() => told.push(...ids))
  send('a')
  send('b', 'c')
  send('d')
  expect(writes.map(({ ids }) => ids)).toEqual([['a']])
  writes[0]?.end()
  await settled()
  expect(told).toEqual(['a'])
  expect(writes.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c', 'd']])
  writes[1]?.end()
  await settled()
  expect(told).toEqual(['a', 'b', 'c', 'd'])
})

test('of a write that failed all who shared it or waited are told so, at once, and the next one tries again', async () => {
  const { writes, keep } = heldKeep()
  const failures: unknown[] = []
  const gather = createGather(keep, { onFailure: (error) => failures.push(error) })
  const sent = [gather(taken('a')), gather(taken('b')), gather(taken('c'))]
  const failure = new Error('away')
  writes[0]?.end(failure)
  expect(await Promise.allSettled(sent)).toEqual(sent.map(() => ({ status: 'rejected', reason: failure })))
  expect(failures).toEqual([failure])
  await settled()
  const trying = gather(taken('d'))
  // Whoever comes meanwhile need not wait for how it goes.
  await expect(gather(taken('e'))).rejects.toMatchObject({ retryable: true })
  writes[1]?.end()
  await trying
  await settled()
  const well = [gather(taken('f')), gather(taken('g'))]
  writes[2]?.end()
  await settled()
  writes[3]?.end()
  await Promise.all(well)
  expect(writes.map(({ ids }) => ids)).toEqual([['a'], ['d'], ['f'], ['g']])
})

test('of a write that takes too long all are told that nobody knows, until it has ended', async () => {
  const { writes, keep } = heldKeep()
  let isTooLate = (): void => undefined
  const gather = createGather(keep, {
    after: (_ms, call) => {
      isTooLate = call
      return () => undefined
    },
  })
  const sent = [gather(taken('a')), gather(taken('b'))]
  isTooLate()
  for (const one of sent) await expect(one).rejects.toMatchObject({ retryable: true })
  await expect(gather(taken('c'))).rejects.toMatchObject({ retryable: true })
  expect(writes).toHaveLength(1)
  writes[0]?.end()
  await settled()
  const well = gather(taken('d'))
  writes[1]?.end()
  await well
  expect(writes.map(({ ids }) => ids)).toEqual([['a'], ['d']])
})

test('a write is bounded, and so is what waits', async () => {
  const { writes, keep } = heldKeep()
  const gather = createGather(keep)
  const many = (count: number): Taken => taken(...Array.from({ length: count }, (_, i) => String(i)))
  const under = gather(many(1))
  const waiting = [gather(many(4_000)), gather(many(4_000)), gather(many(92_000))]
  await expect(gather(many(1))).rejects.toMatchObject({ retryable: true })
  writes[0]?.end()
  await under
  for (let write = 1; write <= 3; write++) {
    await settled()
    writes[write]?.end()
  }
  await Promise.all(waiting)
  expect(writes.map(({ ids }) => ids.length)).toEqual([1, 4_000, 4_000, 92_000])
})

test('nothing to keep is kept at once', async () => {
  const { writes, keep } = heldKeep()
  await createGather(keep)(taken())
  expect(writes).toEqual([])
})
