import { isBotAgent } from './agents.ts'

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1'
const CUBOT =
  'Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36'
const CRAWLER = 'Mozilla/5.0 (compatible; Examplebot/2.1; +https://example.org/bot.html)'

/** The agent; whether it is a bot as a page; as a server's own. */
const AGENTS: readonly (readonly [string, boolean, boolean])[] = [
  [CHROME, false, false],
  [IPHONE, false, false],
  [CUBOT, false, false],
  [CRAWLER, true, true],
  [CHROME.replace('Chrome/', 'HeadlessChrome/'), true, false],
  ['Example Site Crawler 3.0', true, true],
  ['example-spider', true, true],
  ['node', true, false],
  ['curl/8.5.0', true, false],
  ['python-requests/2.32.3', true, false],
  ['axios/1.12.2', true, false],
  ['Go-http-client/2.0', true, false],
  ['okhttp/4.12.0', true, false],
  ['borsetshire-chatbot/1.4', true, false],
]

test.each(AGENTS)('%s: a bot as a page %s, as a server %s', (agent, asPage, asServer) => {
  expect([isBotAgent(agent, { isPage: true }), isBotAgent(agent, { isPage: false })]).toEqual([asPage, asServer])
})

test('no agent at all tells nothing', () => {
  expect([isBotAgent(undefined, { isPage: true }), isBotAgent('', { isPage: false })]).toEqual([false, false])
})
