/** A log line is JSON: the object first, a fixed sentence second, and nothing that an error quotes of a record. */
import { RingbackError } from '@ringback/pipeline'
import { createLogger, describeError, type LogLevel } from './logger.ts'

const SECRET = 'jo@example.org'

const logged = (level: LogLevel, say: (logger: ReturnType<typeof createLogger>) => void) => {
  const lines: string[] = []
  say(createLogger({ service: 'writer', level, clock: () => 0, write: (line) => lines.push(line) }))
  return lines.map((line) => JSON.parse(line) as unknown)
}

test('a line has its level, service, time, fields and sentence', () => {
  expect(logged('info', ({ info }) => info({ rows: 7 }, 'Inserted a batch.'))).toEqual([
    { level: 'info', service: 'writer', time: '1970-01-01T00:00:00.000Z', rows: 7, message: 'Inserted a batch.' },
  ])
})

test('less than what was asked for is not said', () => {
  const sayAll = (logger: ReturnType<typeof createLogger>): void => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]({}, level)
  }
  expect(logged('warn', sayAll)).toMatchObject([{ message: 'warn' }, { message: 'error' }])
  expect(logged('debug', sayAll)).toHaveLength(4)
  expect(logged('silent', sayAll)).toEqual([])
})

test('an error says its code and what to do, and of its cause the name and code alone', () => {
  const cause = Object.assign(new Error(`Cannot parse input: ${SECRET}`), { code: '27' })
  const err = new RingbackError('warehouse', 'The tables refused a row.', { cause, retryable: true })
  expect(logged('info', ({ warn }) => warn({ err }, 'Failed.'))).toMatchObject([
    {
      err: {
        code: 'warehouse',
        message: 'The tables refused a row.',
        retryable: true,
        cause: { name: 'Error', code: '27' },
      },
    },
  ])
})

const failure = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    return error
  }
}

test.each<[string, unknown]>([
  ['what JSON.parse could not read', failure(() => JSON.parse(`"${SECRET}`))],
  ['what was thrown and is no error', SECRET],
  ['the cause of ours', new RingbackError('store', 'x', { cause: new Error(SECRET) })],
])('%s is not quoted', (_, error) => {
  expect(JSON.stringify(describeError(error))).not.toContain(SECRET)
})

test('an unknown error says where it was thrown', () => {
  const described = describeError(new TypeError('x is not a function'))
  expect(described).toMatchObject({ name: 'TypeError', message: 'x is not a function' })
  expect((described as { stack: string[] }).stack[0]).toMatch(/^at /)
})
