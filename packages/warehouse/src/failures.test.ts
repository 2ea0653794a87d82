/** Which failures are the rows' own, which may pass, and which are faults. */
import { openEmbeddedEngine } from './engine.ts'
import { PASSING, REJECTED_ROWS, RowsRejected, toFailure } from './failures.ts'
import { createTestTables } from './testing/tables.ts'

const tables = createTestTables()
afterAll(() => tables.close())

test("the engine's numbers have the names given here", async () => {
  const engine = await openEmbeddedEngine({ dataDir: tables.dataDir })
  try {
    for (const [name, code] of Object.entries({ ...REJECTED_ROWS, ...PASSING })) {
      const statement = { name: 'error-name', text: 'SELECT errorCodeToName({code:UInt32}) AS name' }
      expect(await engine.select(statement, { code })).toEqual([{ name }])
    }
  } finally {
    await engine.close()
  }
})

const coded = (code: string): Error => Object.assign(new Error('…'), { code })

test.each([
  ['a row that cannot be read', coded('117'), true, false],
  ['too little memory', coded('241'), false, true],
  ['too little disk', coded('243'), false, true],
  ['a server that is away', coded('ECONNREFUSED'), false, true],
  ['a server that does not answer in time', new Error('Timeout error.'), false, true],
  ['a table that is not there', coded('60'), false, false],
  ['a statement that is none', coded('62'), false, false],
  ['anything else', new Error('surprise'), false, false],
  ['what is no error', 'surprise', false, false],
])('%s', (_, cause, isRejected, retryable) => {
  const failure = toFailure('insert-journeys', cause)
  expect(failure).toMatchObject({ code: 'warehouse', retryable, cause })
  expect(failure instanceof RowsRejected).toBe(isRejected)
  expect(failure.message).toContain('insert-journeys')
})

test.each([
  ["its engine's own limit", coded('243')],
  ["the system's", Object.assign(new Error('Code: 75. write(): No space left on device'), { code: '75' })],
])('a full disk, by %s, is called that', (_, cause) => {
  expect(toFailure('insert-journeys', cause).message).toContain('the disk is full')
  expect(toFailure('insert-journeys', coded('75')).message).not.toContain('full')
})
