import type { SealedBadRow } from '@ringback/contracts'
import type { FactsMessage } from '@ringback/households'
import { createRules } from '@ringback/journeys'
import { configSchema } from '@ringback/contracts'
import { type InboxEntry, NO_METRICS, NO_PROGRESS, type Progress, RingbackError } from '@ringback/pipeline'
import { createDrain, type DrainParts } from './drain.ts'

const rules = createRules(configSchema.parse({ council: { name: 'Borset', timezone: 'Europe/London' } }))

const entryOf = (id: string, received = 5): InboxEntry => ({
  records: [
    {
      kind: 'web',
      id,
      at: 1,
      session: id,
      type: 'page_view',
      source: 'web',
      isPublic: true,
      received,
      tokens: [],
    },
  ],
  bad: [],
})

const badRow = { id: 'b', reason: 'json' } as unknown as SealedBadRow

/** An inbox of entries in memory, one a batch, and a pipeline that notes what it folds. */
const createWorld = (
  more: Partial<{
    fold: () => void
    commit: () => Promise<void>
    insertBadRows: () => Promise<void>
    mayRest: boolean
  }> = {},
) => {
  const waiting: InboxEntry[] = []
  const folded: { readonly nodes: readonly string[]; readonly received: number }[] = []
  const bad: SealedBadRow[] = []
  const read: number[] = []
  const troubles: string[] = []
  const pauses: number[] = []
  const world = { progress: { ...NO_PROGRESS } as Progress, settled: 0 }
  let onSettled: () => void = () => undefined
  const parts: DrainParts = {
    store: { progress: () => world.progress },
    pipeline: {
      fold: async (messages: readonly FactsMessage[], received: number, inboxRead?: number) => {
        more.fold?.()
        folded.push({ nodes: messages.map(({ node }) => node), received })
        world.progress = { ...world.progress, now: received, inboxRead: inboxRead ?? world.progress.inboxRead }
        return { superseded: 0, changed: 0, committed: more.commit?.() ?? Promise.resolve() }
      },
      rejudge: () => Promise.resolve(0),
      room: () => Promise.resolve(),
      settled: async () => {
        world.settled++
        onSettled()
      },
    },
    warehouse: {
      insertBadRows: async (rows) => {
        await more.insertBadRows?.()
        bad.push(...(rows as readonly SealedBadRow[]))
      },
    },
    rules,
    inbox: {
      read: (after) => {
        const entry = waiting[after]
        return entry && { upTo: after + 1, entries: [entry], hasMore: waiting.length > after + 1 }
      },
    },
    mayRest: () => more.mayRest ?? true,
    onRead: (upTo) => read.push(upTo),
    patience: {
      random: () => 0,
      pause: (ms) => {
        pauses.push(ms)
        return new Promise((go) => setImmediate(go))
      },
    },
    metrics: NO_METRICS,
    onTrouble: ({ message }) => troubles.push(message),
  }
  const isSettled = (): Promise<void> => new Promise((go) => (onSettled = go))
  return { parts, waiting, folded, bad, read, troubles, world, pauses, isSettled }
}

test('folds what waits, in order, notes it as read, and goes on when it is woken', async () => {
  const { parts, waiting, folded, read, isSettled } = createWorld()
  waiting.push(entryOf('a'), entryOf('b'))
  const settled = isSettled()
  const drain = createDrain(parts)
  await settled
  expect(folded.map(({ nodes }) => nodes)).toEqual([['session:a'], ['session:b']])
  expect(read).toEqual([1, 2])
  const again = isSettled()
  waiting.push(entryOf('c'))
  drain.wake()
  await again
  expect(read).toEqual([1, 2, 3])
  await drain.stop(1_000)
})

test('stopping, it folds what is there, and resolves when it is in the tables', async () => {
  const { parts, waiting, read, world, isSettled } = createWorld()
  const settled = isSettled()
  const drain = createDrain(parts)
  await settled
  waiting.push(entryOf('a'), entryOf('b'))
  const before = world.settled
  await drain.stop(10_000)
  expect(read).toEqual([1, 2])
  expect(world.settled).toBeGreaterThan(before)
})

test('nothing counts as received before what was received already', async () => {
  const { parts, waiting, folded, world } = createWorld()
  world.progress = { ...world.progress, now: 100 }
  waiting.push(entryOf('a', 5), entryOf('b', 150))
  await createDrain(parts).stop(1_000)
  expect(folded.map(({ received }) => received)).toEqual([100, 150])
})

test('a store that is away is told of once, and what waits is folded when it is back', async () => {
  let failures = 3
  const { parts, waiting, folded, troubles, isSettled } = createWorld({
    fold: () => {
      if (failures-- > 0) throw new RingbackError('store', 'is the disk full?', { retryable: true })
    },
  })
  waiting.push(entryOf('a'))
  const settled = isSettled()
  const drain = createDrain(parts)
  await settled
  expect(troubles).toEqual(['is the disk full?'])
  expect(folded).toHaveLength(1)
  await drain.stop(1_000)
})

test('nothing is noted as read before it is kept', async () => {
  let failures = 2
  const { parts, waiting, read, troubles, isSettled } = createWorld({
    commit: async () => {
      await Promise.resolve()
      expect(read).toEqual([])
      if (failures-- > 0) throw new RingbackError('store', 'is the disk full?', { retryable: true })
    },
  })
  waiting.push(entryOf('a'))
  const settled = isSettled()
  const drain = createDrain({
    ...parts,
    inbox: { read: () => (read.length === 0 ? { upTo: 1, entries: waiting, hasMore: false } : undefined) },
  })
  await settled
  expect(troubles).toEqual(['is the disk full?'])
  expect(read).toEqual([1])
  await drain.stop(1_000)
})

test('bad rows are kept before they are noted as read', async () => {
  let failures = 1
  const { parts, waiting, bad, read } = createWorld({
    insertBadRows: async () => {
      expect(read).toEqual([])
      if (failures-- > 0) throw new RingbackError('warehouse', 'away', { retryable: true })
    },
  })
  waiting.push({ records: [], bad: [badRow] })
  await createDrain(parts).stop(10_000)
  expect(bad).toEqual([badRow])
  expect(read).toEqual([1])
})

test('what no repetition mends ends it, and is told', async () => {
  const { parts, waiting } = createWorld({
    fold: () => {
      throw new TypeError('a fault')
    },
  })
  waiting.push(entryOf('a'))
  await expect(createDrain(parts).failed).rejects.toThrow('a fault')
})

test('told to give up while a store is away, it does', async () => {
  const { parts, waiting, read } = createWorld({
    fold: () => {
      throw new RingbackError('store', 'away', { retryable: true })
    },
  })
  waiting.push(entryOf('a'))
  const pause: DrainParts['patience']['pause'] = (_ms, signal) =>
    new Promise((_go, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
  await createDrain({ ...parts, patience: { random: () => 0, pause } }).stop(5)
  expect(read).toEqual([])
})

describe('while more comes in as it works', () => {
  /** The pauses after two steps, the doors having appended during the first. */
  const pausesOf = async (mayRest: boolean): Promise<readonly number[]> => {
    let onFold: () => void = () => undefined
    const { parts, waiting, pauses, isSettled } = createWorld({ mayRest, fold: () => onFold() })
    waiting.push(entryOf('a'), entryOf('b'))
    const settled = isSettled()
    const drain = createDrain(parts)
    let isFirst = true
    onFold = () => {
      const began = performance.now()
      while (performance.now() - began < 5);
      if (isFirst) drain.wake()
      isFirst = false
    }
    await settled
    await drain.stop(1_000)
    return pauses
  }

  test('it rests longer than it worked, so that the doors come first', async () => {
    const [first = 0, second] = await pausesOf(true)
    expect(first).toBeGreaterThanOrEqual(10)
    // Nothing came during the second: it only waits for company.
    expect(second).toBe(200)
  })

  test('it does not where too much waits', async () => {
    expect((await pausesOf(false))[0]).toBe(0)
  })
})
