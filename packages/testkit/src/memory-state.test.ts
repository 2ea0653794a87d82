/** The state that simulations run on: a keyed state like any other, which can lose what it had. */
import { POSITION_KEY, type StateEntry } from '@ringback/pipeline'
import { keyedStateConformance } from './keyed-state-conformance.ts'
import { createMemoryState } from './memory-state.ts'

keyedStateConformance('memory', {
  open: async (expiresAfterMs) => {
    let now = 1_000
    const state = createMemoryState({ expiresAfterMs, now: () => now })
    return {
      state,
      other: state,
      elapse: async (ms) => {
        now += ms
      },
    }
  },
})

const entry = (key: string, value: string): StateEntry => ({ key, value, expires: false })

test('a lost second: it goes back to a snapshot, as often as it likes', async () => {
  const state = createMemoryState()
  await state.compareAndSet(0, undefined, '1', [entry('a', 'first')])
  const snapshot = state.snapshot()
  for (let time = 0; time < 2; time++) {
    expect(await state.compareAndSet(0, '1', '2', [entry('a', 'second'), entry('b', 'second')])).toBe('written')
    await state.compareAndSet(1, undefined, '9', [])
    state.restore(snapshot)
    expect(await state.read(0, [POSITION_KEY, 'a', 'b'])).toEqual(['1', 'first', undefined])
    expect(await state.read(1, [POSITION_KEY])).toEqual([undefined])
  }
})

test('cleared, it is empty, and its snapshots are not', async () => {
  const state = createMemoryState()
  await state.compareAndSet(0, undefined, '1', [entry('a', 'x')])
  const snapshot = state.snapshot()
  state.clear()
  expect(await state.read(0, [POSITION_KEY, 'a'])).toEqual([undefined, undefined])
  state.restore(snapshot)
  expect(await state.read(0, [POSITION_KEY, 'a'])).toEqual(['1', 'x'])
})

test('what it restores does not live longer for it', async () => {
  let now = 0
  const state = createMemoryState({ expiresAfterMs: 100, now: () => now })
  await state.compareAndSet(0, undefined, '1', [{ key: 'a', value: 'x', expires: true }])
  const snapshot = state.snapshot()
  now = 99
  state.restore(snapshot)
  expect(await state.read(0, ['a'])).toEqual(['x'])
  now = 100
  expect(await state.read(0, ['a'])).toEqual([undefined])
})
