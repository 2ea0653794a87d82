import { createAsking } from './asking.ts'

test('each question gets its own answer, in whatever order they come', async () => {
  const posted: number[] = []
  const { ask, answered } = createAsking((id) => posted.push(id))
  const first = ask('metrics', null, 10_000)
  const second = ask('readiness', null, 10_000)
  answered(posted[1] ?? 0, null)
  answered(posted[0] ?? 0, 'text')
  expect(await Promise.all([first, second])).toEqual(['text', null])
})

test('no answer in time is undefined, and one that comes later is passed over', async () => {
  const posted: number[] = []
  const { ask, answered } = createAsking((id) => posted.push(id))
  expect(await ask('metrics', null, 1)).toBeUndefined()
  answered(posted[0] ?? 0, 'late')
})

test('beyond a bound nothing more is asked', async () => {
  let posted = 0
  const { ask } = createAsking(() => posted++)
  const asked = Array.from({ length: 400 }, () => ask('metrics', null, 20))
  expect(posted).toBe(256)
  await Promise.all(asked)
  void ask('metrics', null, 1)
  expect(posted).toBe(257)
})
