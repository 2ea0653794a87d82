import { accessLogFormat } from './access-log-format.ts'
import { LONDON, recordsOf, told } from './testing/told.ts'

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'

const line = (
  asked: string,
  status = 200,
  time = '16/Nov/2026:09:12:03 +0000',
  agent = CHROME,
  address = '192.0.2.7',
) => `${address} - - [${time}] "${asked}" ${status} 512 "https://x.org/?q=ZZ1" "${agent}"`
const convert = (...lines: readonly string[]) => {
  const convertLine = accessLogFormat.open(LONDON)
  return lines.flatMap((one) => convertLine(one))
}

test.each<[string, string, readonly string[]]>([
  ['a page', line('GET /bins/address?postcode=ZZ1 HTTP/1.1'), ['page_view']],
  ['a page that is elsewhere', line('GET /bins HTTP/2.0', 302), ['page_view']],
  ['a page that is not there', line('GET /bins/missed HTTP/1.1', 404), ['error not_found']],
  ['a page that is gone', line('GET /bins/missed HTTP/1.1', 410), ['error not_found']],
  ['a server that fails', line('GET /bins/missed HTTP/1.1', 502), ['error server_error']],
  ['a form sent', line('POST /bins/address HTTP/1.1', 303), ['step address']],
  ['a form refused', line('POST /bins/address HTTP/1.1', 422), ['validation_error address']],
  ['a form that fails', line('POST /bins/address HTTP/1.1', 500), ['error server_error']],
  ['a page for the signed in', line('GET /bins HTTP/1.1', 403), ['skip']],
  ['a picture', line('GET /img/bin.PNG?v=2 HTTP/1.1'), ['skip']],
  ['a picture that is not there', line('GET /favicon.ico HTTP/1.1', 404), ['skip']],
  ['a look without a page', line('HEAD /bins HTTP/1.1'), ['skip']],
  ['no request', line('-', 408), ['skip']],
  ['a request in another tongue', line('\\x16\\x03\\x01', 400), ['skip']],
  ['a last quote that is cut off', line('GET /bins HTTP/1.1').slice(0, -1), ['page_view']],
  ['quotes in quotes', line('GET /bins?a=\\"b\\" HTTP/1.1'), ['page_view']],
  ['a log without agents', '192.0.2.7 - - [16/Nov/2026:09:12:03 +0000] "GET /bins HTTP/1.0" 200 512', ['page_view']],
  ['something else', '2026-11-16 09:12:03 GET /bins 200', ['schema ']],
  ['30 February', line('GET /bins HTTP/1.1', 200, '30/Feb/2026:09:12:03 +0000'), ['bad_time /time']],
])('%s', (_, text, expected) => {
  expect(told(convert(text))).toEqual(expected)
})

test('the host is told where the log has it', () => {
  const asked = line('GET /bins HTTP/1.1')
  const urls = [asked, `My.X.org:443 ${asked}`, `x.org:80 ${asked.replace('192.0.2.7', '2001:db8::7')}`].map(
    (text) => recordsOf(convert(text))[0]?.['url'],
  )
  expect(urls).toEqual(['/bins', 'my.x.org/bins', 'x.org/bins'])
})

test('times are moved to UTC', () => {
  expect(recordsOf(convert(line('GET / HTTP/1.1', 200, '16/Jul/2026:10:12:03 +0100')))[0]?.['time']).toBe(
    '2026-07-16T09:12:03.000Z',
  )
})

test('half an hour of silence ends a session, other visitors have their own, and order hardly matters', () => {
  const at = (time: string, address?: string) =>
    line('GET /bins HTTP/1.1', 200, `16/Nov/2026:${time} +0000`, CHROME, address)
  const lines = [at('09:00:00'), at('09:00:00', '192.0.2.8'), at('09:30:00'), at('08:59:58'), at('10:00:01')]
  const sessions = recordsOf(convert(...lines)).map((record) => String(record['session']))
  const [first, other] = sessions
  expect(sessions.map((session) => [first, other].indexOf(session))).toEqual([0, 1, 0, 0, -1])
})

test.each([
  ['Mozilla/5.0 (compatible; Examplebot/1.0)', 'bot'],
  ['curl/8.5.0', 'bot'],
  ['-', 'bot'],
  [CHROME, undefined],
])('%s: actor %s', (agent, actor) => {
  expect(recordsOf(convert(line('GET / HTTP/1.1', 200, undefined, agent)))[0]?.['actor']).toBe(actor)
})

test('a log without agents tells nothing of bots', () => {
  const [record] = recordsOf(convert('192.0.2.7 - - [16/Nov/2026:09:12:03 +0000] "GET /bins HTTP/1.0" 200 512'))
  expect(record?.['actor']).toBeUndefined()
})

test('neither the address nor the agent, nor the name of who signed in, nor a query is in it', () => {
  const said = JSON.stringify(convert(line('POST /bins/a?postcode=ZZ1 HTTP/1.1').replace('- -', '- ms.example')))
  for (const text of ['192.0.2.7', 'Chrome', 'ms.example', 'ZZ1']) expect(said).not.toContain(text)
})

test('a line made to be slow is not', () => {
  const began = performance.now()
  convert(`192.0.2.7 - ${'['.repeat(200_000)}`, `192.0.2.7 - - [16/Nov/2026:09:12:03 +0000] "${'\\\\"'.repeat(60_000)}`)
  expect(performance.now() - began).toBeLessThan(1_000)
})
