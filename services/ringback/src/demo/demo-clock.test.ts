import { createDemoClock } from './demo-clock.ts'

test('runs so many times as fast as the wall, until it has caught up with it', () => {
  let wall = 1_000_000
  const clock = createDemoClock(900_000, 100, () => wall)
  expect([clock.now(), clock.isLive()]).toEqual([900_000, false])
  wall += 500
  expect([clock.now(), clock.isLive()]).toEqual([950_000, false])
  wall += 500
  expect([clock.now(), clock.isLive()]).toEqual([1_000_000, false])
  wall += 11
  expect([clock.now(), clock.isLive()]).toEqual([wall, true])
  wall += 1_000
  expect([clock.now(), clock.isLive()]).toEqual([wall, true])
})
