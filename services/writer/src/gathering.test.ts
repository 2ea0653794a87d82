/** Everything that waits goes at once; whoever brought it waits until it is in. No test sleeps: time passes when it is told to. */
import { createGathering, GATHERING } from './gathering.ts'

const createBench = (mostBytes = 100) => {
  const inserts: { readonly parts: readonly string[]; readonly answer: (error?: Error) => void }[] = []
  let pauses: { readonly ms: number; readonly go: () => void }[] = []
  const gather = createGathering<string>(
    (parts) =>
      new Promise((resolve, reject) => {
        inserts.push({ parts: [...parts], answer: (error) => (error ? reject(error) : resolve()) })
      }),
    { ...GATHERING, mostBytes, pause: (ms) => new Promise((go) => pauses.push({ ms, go })) },
  )
  /** Lets everything happen that waits for nothing. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await Promise.resolve()
  }
  return {
    gather: async (part: string, bytes = 1, hasMore = false) => {
      const done = gather(part, bytes, hasMore).then(
        () => 'in',
        (error: Error) => error.message,
      )
      await settle()
      return { done }
    },
    pass: async (ms: number) => {
      const due = pauses.filter((pause) => pause.ms <= ms)
      pauses = pauses.filter((pause) => pause.ms > ms)
      for (const { go } of due) go()
      await settle()
    },
    answer: async (i: number, error?: Error) => {
      inserts[i]?.answer(error)
      await settle()
    },
    inserted: () => inserts.map(({ parts }) => parts),
  }
}

test('what comes within 250 ms goes together, and is in when the insert is', async () => {
  const { gather, pass, answer, inserted } = createBench()
  const [a, b] = [await gather('a'), await gather('b')]
  expect(inserted()).toEqual([])
  await pass(250)
  expect(inserted()).toEqual([['a', 'b']])
  const isOpen = Symbol('open')
  expect(await Promise.race([a.done, Promise.resolve(isOpen)])).toBe(isOpen)
  await answer(0)
  expect([await a.done, await b.done]).toEqual(['in', 'in'])
})

test('with a backlog it does not wait for what cannot come', async () => {
  const { gather, pass, inserted } = createBench()
  await gather('a', 1, true)
  await pass(20)
  expect(inserted()).toEqual([['a']])
})

test('a full one goes at once', async () => {
  const { gather, inserted } = createBench(10)
  await gather('a', 9)
  await gather('b', 9)
  await gather('c', 9)
  expect(inserted()).toEqual([['a', 'b']])
})

test('there is one insert at a time, and what comes meanwhile goes in the next', async () => {
  const { gather, pass, answer, inserted } = createBench()
  await gather('a')
  await pass(250)
  await gather('b')
  await pass(250)
  await gather('c')
  expect(inserted()).toEqual([['a']])
  await answer(0)
  expect(inserted()).toEqual([['a'], ['b', 'c']])
})

test('a failure is told to everybody who waits for it, and to nobody else', async () => {
  const { gather, pass, answer, inserted } = createBench()
  const [a, b] = [await gather('a'), await gather('b')]
  await pass(250)
  const c = await gather('c')
  await pass(250)
  await answer(0, new Error('away'))
  expect([await a.done, await b.done]).toEqual(['away', 'away'])
  expect(inserted()[1]).toEqual(['c'])
  await answer(1)
  expect(await c.done).toBe('in')
})
