/**
 * A made-up council's form, as GOV.UK's patterns have one: a question a page, and a title that begins with `Error: ` where an answer is
 * to be corrected. Each answer is refused as often as a test says.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Pages {
  readonly origin: string
  /** What stands in the head of every page: a tracker. */
  setHead: (head: string) => void
  /** How often each step's answers are refused from now on. */
  setRefusals: (refusals: Readonly<Record<string, number>>) => void
  /** Files that pages ask for: by path. */
  readonly files: Map<string, string>
  readonly close: () => Promise<void>
}

const STEPS = ['address', 'which_bin', 'summary'] as const
const TITLES: Readonly<Record<string, string>> = {
  address: 'What is your address?',
  which_bin: 'Which bin was missed?',
  summary: 'Check your answers',
}

const pageOf = (head: string, title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}</head><body>${body}</body></html>`

const formOf = (step: string): string =>
  `<h1>${TITLES[step] ?? ''}</h1><form id="${step}" method="post">
  <label>Answer <input name="answer" id="answer"></label><label>Phone <input name="phone" id="phone" type="tel"></label>
  <button>Continue</button></form><a id="call" href="tel:01632960000">Call us</a><a id="next" href="/bins/broken">Help</a>
  <button id="crash" type="button" onclick="throw new Error('of ' + document.querySelector('#answer').value)">!</button>`

export const openPages = async (): Promise<Pages> => {
  let head = ''
  let refusals = new Map<string, number>()
  const files = new Map<string, string>()
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    const file = files.get(path)
    const send = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): void => {
      request.resume()
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)
    }
    if (file !== undefined) return send(200, readFileSync(file, 'utf8'), { 'content-type': 'text/javascript' })
    const step = path.split('/').at(-1) ?? ''
    const index = STEPS.findIndex((name) => name === step)
    if (step === 'broken')
      return send(500, pageOf(head, 'Sorry, there is a problem with the service – Borsetshire', '<h1>Sorry</h1>'))
    if (step === 'done') return send(200, pageOf(head, 'Report sent', '<h1 id="done">Report sent</h1>'))
    if (index < 0) return send(404, pageOf(head, 'Page not found – Borsetshire', '<h1>Page not found</h1>'))
    if (request.method !== 'POST') return send(200, pageOf(head, `${TITLES[step] ?? ''} – Borsetshire`, formOf(step)))
    const left = refusals.get(step) ?? 0
    refusals.set(step, left - 1)
    if (left > 0) return send(200, pageOf(head, `Error: ${TITLES[step] ?? ''} – Borsetshire`, formOf(step)))
    return send(303, '', { location: `/bins/${STEPS[index + 1] ?? 'done'}` })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://localhost:${port}`,
    setHead: (html) => {
      head = html
    },
    setRefusals: (wanted) => {
      refusals = new Map(Object.entries(wanted))
    },
    files,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
