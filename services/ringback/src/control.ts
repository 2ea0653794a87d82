/**
 * Commands while `start` is running go through it, over a socket in the data folder that its owner alone can open: one process
 * has the stores. A request is one JSON object; the answer is JSON lines, the last of them `{"exit": n}`.
 */
import { chmodSync, createWriteStream, existsSync, readdirSync, rmSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { RingbackError } from '@ringback/pipeline'
import type { Io } from './io.ts'

const requestSchema = z.strictObject({
  argv: z.array(z.string()).min(1),
  cwd: z.string(),
  config: z.string().nullable(),
  /** Where what came on standard input has been put. */
  stdin: z.string().nullable(),
})
export type ControlRequest = z.infer<typeof requestSchema>

const answerSchema = z.union([
  z.strictObject({ out: z.string() }),
  z.strictObject({ err: z.string() }),
  z.strictObject({ progress: z.string() }),
  z.strictObject({ exit: z.number() }),
])
type Answer = z.infer<typeof answerSchema>

/** The longest path that a socket may have on the systems there are. */
const PATH_BYTES = 100
const SPOOLED = 'stdin-'
const MOST_BODY_BYTES = 1024 * 1024

/** The shorter of the two ways to name it; undefined where neither is short enough. */
const socketPath = (dataDir: string): string | undefined => {
  const path = join(dataDir, 'ringback.sock')
  return [path, relative(process.cwd(), path)].find((name) => Buffer.byteLength(name) <= PATH_BYTES)
}

export type RunCommand = (request: ControlRequest, io: Io) => Promise<number>

/** Without a word of what could not be read, which may be somebody's. */
const parseRequest = (body: string): ControlRequest => {
  try {
    return requestSchema.parse(JSON.parse(body))
  } catch {
    throw new RingbackError('usage', 'what was asked of the running `start` cannot be read: is it of another version?')
  }
}

/** What came on standard input for commands that were killed since. */
const removeSpooled = (dataDir: string): void => {
  for (const name of readdirSync(dataDir)) if (name.startsWith(SPOOLED)) rmSync(join(dataDir, name), { force: true })
}

/** Listens in the data folder. Resolves to what ends it, or to undefined where the path is too long for a socket. */
export const listenControl = async (
  dataDir: string,
  runCommand: RunCommand,
  io: Io,
): Promise<(() => Promise<void>) | undefined> => {
  const path = socketPath(dataDir)
  if (path === undefined) return undefined
  // Its owner has the stores open, so whoever left it is gone.
  rmSync(path, { force: true })
  removeSpooled(dataDir)
  const server: Server = createServer((incoming, response) => {
    // Somebody asks whether anybody is there.
    if (incoming.method === 'HEAD') return void response.end()
    const say = (answer: Answer): Promise<void> =>
      response.destroyed || response.write(`${JSON.stringify(answer)}\n`)
        ? Promise.resolve()
        : new Promise((resolve) => {
            const go = (): void => {
              response.off('drain', go).off('close', go)
              resolve()
            }
            response.on('drain', go).on('close', go)
          })
    const answer = async (): Promise<void> => {
      let body = ''
      for await (const chunk of incoming.setEncoding('utf8')) {
        body += String(chunk)
        if (body.length > MOST_BODY_BYTES) throw new RingbackError('usage', 'the command line is too long')
      }
      const asked = parseRequest(body)
      const remote: Io = {
        ...io,
        cwd: asked.cwd,
        out: (text) => say({ out: text }),
        err: (text) => void say({ err: text }),
        progress: (line) => void say({ progress: line }),
      }
      await say({ exit: await runCommand(asked, remote) })
    }
    answer()
      .catch((error: unknown) => {
        const known = error instanceof RingbackError
        void say({ err: `${known ? error.message : 'the command failed; see the log of `start`'}\n` })
        if (!known) io.err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
        return say({ exit: known ? error.exitStatus : 3 })
      })
      .finally(() => response.end())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
}

const spool = async (dataDir: string): Promise<string> => {
  const file = join(dataDir, `${SPOOLED}${process.pid}`)
  await pipeline(process.stdin, createWriteStream(file, { mode: 0o600 }))
  return file
}

/**
 * Sends a command to a running `start`. Resolves to its exit status, or to undefined where none is running: the command then
 * runs by itself.
 */
export const sendControl = async (
  dataDir: string,
  asked: Omit<ControlRequest, 'stdin'>,
  io: Io,
): Promise<number | undefined> => {
  const path = socketPath(dataDir)
  if (path === undefined || !existsSync(path)) return undefined
  const isThere = await new Promise<boolean>((resolve) => {
    const probe = request({ socketPath: path, method: 'HEAD' }, (response) => {
      response.resume()
      resolve(true)
    })
    probe.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    )
    probe.end()
  })
  if (!isThere) return undefined
  const stdin = asked.argv.slice(1).includes('-') ? await spool(dataDir) : null
  try {
    return await new Promise<number>((resolve, reject) => {
      const lost = () =>
        reject(new RingbackError('store', 'the running `start` went away; what it had acknowledged is safe'))
      const sent = request({ socketPath: path, method: 'POST' }, (response) => {
        let status: number | undefined
        const lines = createInterface({ input: response.setEncoding('utf8'), crlfDelay: Infinity })
        const read = async (): Promise<void> => {
          for await (const line of lines) {
            const said = answerSchema.parse(JSON.parse(line))
            if ('out' in said) await io.out(said.out)
            else if ('err' in said) io.err(said.err)
            else if ('progress' in said) io.progress(said.progress)
            else status = said.exit
          }
        }
        read().then(() => (status === undefined ? lost() : resolve(status)), lost)
      })
      sent.once('error', lost)
      sent.end(JSON.stringify({ ...asked, stdin }))
    })
  } finally {
    if (stdin !== null) rmSync(stdin, { force: true })
  }
}
