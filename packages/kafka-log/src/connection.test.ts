/** One connection for all who use it at once; a new one never costs anybody else an answer. */
import { whenFirstUsed } from './connection.ts'

const unknownTopic = () =>
  Object.assign(new Error('not here'), { name: 'KafkaJSProtocolError', type: 'UNKNOWN_TOPIC_OR_PARTITION' })

const createBench = () => {
  const made: { readonly number: number; isOpen: boolean }[] = []
  const connection = whenFirstUsed(() => {
    const one = { number: made.length, isOpen: false }
    made.push(one)
    return {
      number: one.number,
      connect: async () => void (one.isOpen = true),
      disconnect: async () => void (one.isOpen = false),
    }
  })
  return { connection, made }
}

/** A call that waits to be answered. */
const createCall = () => {
  let answer: () => void = () => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  return { answer, answered }
}

test('it is made once, and ends', async () => {
  const { connection, made } = createBench()
  await connection.end()
  expect(made).toEqual([])
  const used = await Promise.all([1, 2].map(() => connection.use(async ({ number }) => number)))
  expect(used).toEqual([0, 0])
  await connection.end()
  expect(made).toEqual([{ number: 0, isOpen: false }])
})

test('who asks for a topic that is not there is answered from a new one, and others keep theirs until they are done', async () => {
  const { connection, made } = createBench()
  const { answer, answered } = createCall()
  const slow = connection.use(async ({ number }) => {
    await answered
    return { number, isOpen: made[number]?.isOpen }
  })
  const refused = Promise.all([1, 2].map(() => connection.use(() => Promise.reject(unknownTopic()))))
  await expect(refused).rejects.toThrow('not here')
  expect(made[0]).toEqual({ number: 0, isOpen: true })
  answer()
  expect(await slow).toEqual({ number: 0, isOpen: true })
  expect(made[0]).toEqual({ number: 0, isOpen: false })
})

test('after a renewal the next is another one', async () => {
  const { connection, made } = createBench()
  await connection.use(async () => undefined)
  await connection.renew()
  expect(await connection.use(async ({ number }) => number)).toBe(1)
  expect(made.map(({ isOpen }) => isOpen)).toEqual([false, true])
})

test('what fails otherwise is not tried again', async () => {
  const { connection, made } = createBench()
  let calls = 0
  const failing = connection.use(async () => {
    calls++
    throw new Error('a bug')
  })
  await expect(failing).rejects.toThrow('a bug')
  expect([calls, made.length]).toEqual([1, 1])
})
