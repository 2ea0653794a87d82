/**
 * A little of ClickHouse's HTTP interface in front of the engine in the process: what the official client needs to ping,
 * to run a statement with parameters, and to insert. It stands in for a server where none can be had.
 */
import { createChdbConnection } from 'chdb/connection'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Gateway {
  readonly url: string
  /** The `Content-Length`s and URLs of what was asked. */
  readonly requests: readonly string[]
  readonly close: () => Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** As on the wire: a tab, a line break, a backslash in a parameter come escaped. */
const unescaped = (value: string): string =>
  value.replace(
    /\\(.)/gs,
    (_, character: string) => ({ t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', '0': '\0' })[character] ?? character,
  )

export const openGateway = async (dataDir: string): Promise<Gateway> => {
  const connection = createChdbConnection({ path: dataDir })
  const requests: string[] = []
  const answer = async (request: IncomingMessage): Promise<string> => {
    const url = new URL(request.url ?? '', 'http://gateway')
    if (url.pathname === '/ping') return 'Ok.\n'
    requests.push(url.search)
    const body = await bodyOf(request)
    const query = [url.searchParams.get('query'), body].filter((part) => part !== null && part !== '').join('\n')
    const parameters = [...url.searchParams].filter(([name]) => name.startsWith('param_'))
    await connection.command({ query: `USE ${url.searchParams.get('database') ?? 'default'}` })
    const { stream } = await connection.query({
      query,
      query_params: Object.fromEntries(
        parameters.map(([name, value]) => [name.slice('param_'.length), unescaped(value)]),
      ),
    })
    return (await stream.toArray()).join('')
  }
  const server = createServer((request, response) => {
    answer(request).then(
      (text) => response.end(text),
      (error: unknown) => {
        response.statusCode = 500
        const cause = error instanceof Error ? (error.cause ?? error) : error
        response.end(cause instanceof Error ? cause.message : String(cause))
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await connection.close()
    },
  }
}
