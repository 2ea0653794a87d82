/** Doors that really listen: what senders do to a connection. */
import { connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { LEAST } from '../testing/edge.ts'
import { createTestDoors, KEYS, type TestDoors } from '../testing/test-doors.ts'

let doors: TestDoors
let port: number
beforeEach(async () => {
  doors = createTestDoors()
  await doors.app.listen({ port: 0, host: '127.0.0.1' })
  port = (doors.app.server.address() as AddressInfo).port
})
afterEach(() => doors.app.close())

const HEADERS = { authorization: `Bearer ${KEYS.server}`, 'content-type': 'application/json' }
const post = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/v1/events`, { method: 'POST', headers: { ...HEADERS, ...headers }, body })

test('packed, in pieces, and a beacon', async () => {
  const packed = gzipSync(JSON.stringify([LEAST.web]))
  expect(await (await post(packed, { 'content-encoding': 'gzip' })).json()).toEqual({ accepted: 1, bad: [] })
  const pieces = new ReadableStream({
    start: (controller) => {
      for (const byte of Buffer.from(JSON.stringify(LEAST.web))) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    },
  })
  const streamed = await fetch(`http://127.0.0.1:${port}/v1/events`, {
    method: 'POST',
    headers: HEADERS,
    body: pieces,
    duplex: 'half',
  } as RequestInit)
  expect(streamed.status).toBe(202)
  const beacon = await fetch(`http://127.0.0.1:${port}/v1/events?key=${KEYS.write}`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain;charset=UTF-8' },
    body: JSON.stringify(LEAST.web),
  })
  expect(beacon.status).toBe(202)
})

test('a bomb and an endless body are refused, and the door stays open', async () => {
  const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024, ' '))
  expect((await post(bomb, { 'content-encoding': 'gzip' })).status).toBe(413)
  const large = await post('x'.repeat(3 * 1024 * 1024)).then(
    ({ status }) => status,
    // It closes while the sender still sends.
    () => 413,
  )
  expect(large).toBe(413)
  expect((await post(JSON.stringify(LEAST.web))).status).toBe(202)
})

/** Says so much, and hangs up when the server has begun to listen to it. */
const hangUp = async (text: string): Promise<void> => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  await new Promise<void>((resolve) => socket.write(text, () => resolve()))
  socket.destroy()
  await once(socket, 'close')
}

test('who hangs up in the middle leaves nothing behind, and nobody is told of a fault', async () => {
  const head = `POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEYS.server}\r\ncontent-type: application/json\r\n`
  await hangUp(head)
  await hangUp(`${head}content-length: 1000\r\n\r\n{"id":`)
  await hangUp(`${head}transfer-encoding: chunked\r\n\r\n5\r\n{"id"`)
  expect((await post(JSON.stringify(LEAST.web))).status).toBe(202)
  expect(doors.kept).toHaveLength(1)
  for (const door of ['events', 'elsewhere']) expect(doors.countsOf(door)['dropped.fault']).toBeUndefined()
})

test.each([
  ['no HTTP at all', 'HELLO\r\n\r\n'],
  ['two lengths', 'POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
  [
    'a length and chunks',
    'POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['headers without end', `POST /v1/events HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(100_000)}`],
])('%s is refused with a 4xx', async (_name, text) => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  let said = ''
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()))
  socket.write(text)
  await once(socket, 'close')
  expect(said).toMatch(/^HTTP\/1\.1 4\d\d /)
})
