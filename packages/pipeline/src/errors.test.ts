/** The one error class: every code has its exit status, and keeps its cause. */
import { type ErrorCode, RingbackError } from './errors.ts'

test.each<[ErrorCode, number]>([
  ['usage', 2],
  ['configuration', 2],
  ['key', 2],
  ['input', 2],
  ['locked', 3],
  ['store', 3],
  ['warehouse', 3],
])('%s ends with status %i', (code, expected) => {
  const error = new RingbackError(code, 'what is wrong, and what to do')
  expect(error.exitStatus).toBe(expected)
  expect(error).toMatchObject({ name: 'RingbackError', code, message: 'what is wrong, and what to do' })
})

test('it is not tried again unless it says so', () => {
  expect(new RingbackError('store', 'x').retryable).toBe(false)
  expect(new RingbackError('store', 'x', { retryable: true }).retryable).toBe(true)
})

test('it keeps its cause, and is an Error', () => {
  const cause = new Error('ENOSPC')
  const error = new RingbackError('store', 'the disk is full: make room', { cause })
  expect(error.cause).toBe(cause)
  expect(error).toBeInstanceOf(Error)
})
