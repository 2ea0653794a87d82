/** The frame: started in order, stopped in reverse, its status and reason on every way out. No test sleeps: the host is made up. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RingbackError } from '@ringback/pipeline'
import { type ServiceContext, type ServiceDefinition, serve } from './run-service.ts'
import type { ServiceHost } from './service-host.ts'
import { idleStage, notReady, type Stage } from './stage.ts'

const CONFIG = {
  council: { name: 'B', timezone: 'Europe/London' },
  mode: 'cluster',
  kafka: { brokers: ['127.0.0.1:9092'], prefix: 'ringback' },
  redis: { url: 'redis://127.0.0.1:6379' },
  clickhouse: { url: 'http://127.0.0.1:8123', database: 'ringback' },
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ringback-frame-'))
  writeFileSync(join(folder, 'ringback.yaml'), JSON.stringify(CONFIG))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Line {
  readonly message: string
  readonly port?: number
}

/** Pauses resolve when they are told to; nothing else passes any time. */
const createHost = (argv: readonly string[] = ['--config', 'ringback.yaml'], env: ServiceHost['env'] = {}) => {
  const lines: Line[] = []
  const errors: string[] = []
  const pauses: { readonly ms: number; readonly go: () => void }[] = []
  let signal: (name: string) => void = () => undefined
  let crash: (error: unknown) => void = () => undefined
  let onLine: () => void = () => undefined
  const host: ServiceHost = {
    argv,
    env,
    cwd: folder,
    clock: () => 1_000,
    random: () => 0,
    pause: (ms, abort) =>
      new Promise((resolve, reject) => {
        const stop = () => reject(Object.assign(new Error('aborted'), { name: 'AbortError' }))
        if (abort?.aborted) return stop()
        abort?.addEventListener('abort', stop)
        pauses.push({ ms, go: resolve })
        onLine()
      }),
    onSignal: (listener) => (signal = listener),
    onCrash: (listener) => (crash = listener),
    write: (line) => {
      lines.push(JSON.parse(line) as Line)
      onLine()
    },
    writeError: (line) => errors.push(line),
  }
  /** Resolves when what is asked for is there. */
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      await new Promise<void>((resolve) => (onLine = resolve))
    }
  }
  const said = (message: string) => until(() => lines.find((line) => line.message === message))
  return {
    host,
    lines,
    errors,
    said,
    paused: (ms: number) => until(() => pauses.find((pause) => pause.ms === ms)),
    signal: (name: string) => signal(name),
    crash: (error: unknown) => crash(error),
    get: async (path: string) => {
      const { port } = await said('Listens.')
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      return { status: response.status, body: await response.text() }
    },
  }
}

const serviceOf = (start: (context: ServiceContext) => Promise<Stage>): ServiceDefinition => ({
  name: 'writer',
  build: (context) => ({ start: () => start(context) }),
})

test('it serves health, metrics and its own, and ends with 0 when it is told to', async () => {
  const frame = createHost()
  const status = serve(
    {
      name: 'writer',
      build: ({ metrics, config }) => ({
        start: async () => {
          metrics.received(7)
          return { ...idleStage(), lastProgressAt: () => 2_000 }
        },
        routes: (app) => void app.get('/', () => config.council.name),
      }),
    },
    frame.host,
  )
  await frame.said('Started.')
  expect(await frame.get('/healthz')).toEqual({ status: 200, body: '{"status":"ok"}' })
  expect(await frame.get('/readyz')).toEqual({ status: 200, body: '{"status":"ready"}' })
  expect(await frame.get('/')).toEqual({ status: 200, body: 'B' })
  const { body } = await frame.get('/metrics')
  expect(body).toContain('ringback_received_total{stage="writer"} 7')
  expect(body).toContain('ringback_last_progress_seconds{stage="writer"} 2')
  expect(body).toContain('ringback_ready{stage="writer"} 1')
  expect(body).toContain('process_cpu_seconds_total')
  frame.signal('SIGTERM')
  expect(await status).toBe(0)
  expect(frame.errors).toEqual([])
})

test('whoever does not say whether it is ready is not, and keeps no metric waiting', async () => {
  const frame = createHost()
  const status = serve(
    serviceOf(async () => idleStage(() => new Promise(() => undefined))),
    frame.host,
  )
  await frame.said('Started.')
  const metrics = frame.get('/metrics')
  ;(await frame.paused(2_000)).go()
  expect((await metrics).body).toContain('ringback_ready{stage="writer"} 0')
  frame.signal('SIGTERM')
  expect(await status).toBe(0)
})

test('what was built first is closed last, after the stage has stopped and the server answers no more', async () => {
  const frame = createHost()
  const order: string[] = []
  const status = serve(
    serviceOf(async ({ onStop }) => {
      for (const name of ['tables', 'log']) onStop(name, async () => void order.push(name))
      const stage = idleStage()
      return {
        ...stage,
        stop: async () => {
          order.push('stage')
          expect(await frame.get('/readyz')).toEqual({ status: 503, body: '{"status":"it stops"}' })
          await stage.stop()
        },
      }
    }),
    frame.host,
  )
  await frame.said('Started.')
  frame.signal('SIGINT')
  expect(await status).toBe(0)
  expect(order).toEqual(['stage', 'log', 'tables'])
  await expect(frame.get('/healthz')).rejects.toThrow('fetch failed')
})

test('it is alive, not ready, while what it needs is away; and goes on when that is back', async () => {
  const frame = createHost()
  const answers = [new RingbackError('store', 'the log is away', { retryable: true })]
  const status = serve(
    serviceOf(async () => {
      const failure = answers.shift()
      if (failure) throw failure
      return idleStage()
    }),
    frame.host,
  )
  const pause = await frame.paused(100)
  expect(await frame.get('/healthz')).toMatchObject({ status: 200 })
  expect(await frame.get('/readyz')).toEqual({ status: 503, body: '{"status":"it starts: the log is away"}' })
  pause.go()
  await frame.said('Started.')
  frame.signal('SIGTERM')
  expect(await status).toBe(0)
})

test('told to stop while it waits, it stops', async () => {
  const frame = createHost()
  const status = serve(
    serviceOf(() => Promise.reject(new RingbackError('store', 'away', { retryable: true }))),
    frame.host,
  )
  await frame.paused(100)
  frame.signal('SIGTERM')
  expect(await status).toBe(0)
})

test('the stage says why it is not ready', async () => {
  const frame = createHost()
  const status = serve(
    serviceOf(() => Promise.resolve(idleStage(() => notReady('the rules have changed: ringback rejudge')))),
    frame.host,
  )
  await frame.said('Started.')
  expect(await frame.get('/readyz')).toEqual({
    status: 503,
    body: '{"status":"the rules have changed: ringback rejudge"}',
  })
  frame.signal('SIGTERM')
  await status
})

test.each<[string, () => Promise<Stage>, number, string]>([
  [
    'that start fails for good',
    () => Promise.reject(new RingbackError('key', 'another key\nthan before')),
    2,
    'another key; than before',
  ],
  [
    'that its stage fails for good',
    () => Promise.resolve({ ...idleStage(), ended: Promise.reject(new RingbackError('store', 'the topic is gone')) }),
    3,
    'the topic is gone',
  ],
  [
    'that its stage ends by itself',
    () => Promise.resolve({ ...idleStage(), ended: Promise.resolve() }),
    3,
    'it ended without being told to',
  ],
  ['what nobody knows', () => Promise.reject(new TypeError('x is undefined')), 3, 'x is undefined'],
])('it ends by %s, with the reason on one line', async (_, start, status, reason) => {
  const frame = createHost()
  expect(await serve(serviceOf(start), frame.host)).toBe(status)
  expect(frame.errors).toHaveLength(1)
  expect(frame.errors[0]).toMatch(/^writer: .*\n$/)
  expect(frame.errors[0]).toContain(reason)
})

test('what nobody has caught ends it at once', async () => {
  const frame = createHost()
  const closed = jest.fn(() => Promise.resolve())
  const status = serve(
    serviceOf(({ onStop }) => {
      onStop('log', closed)
      return Promise.resolve(idleStage())
    }),
    frame.host,
  )
  await frame.said('Started.')
  frame.crash(new TypeError('x is undefined'))
  expect(await status).toBe(3)
  expect(closed).not.toHaveBeenCalled()
})

test('what does not stop within 10 s is left', async () => {
  const frame = createHost()
  const status = serve(
    serviceOf(() => Promise.resolve({ ...idleStage(), stop: () => new Promise(() => undefined) })),
    frame.host,
  )
  await frame.said('Started.')
  frame.signal('SIGTERM')
  const deadline = await frame.paused(10_000)
  deadline.go()
  expect(await status).toBe(3)
  expect(frame.errors[0]).toContain('it did not stop within 10 s')
})

test('one that fails to close does not keep the others open, and tells by the status', async () => {
  const frame = createHost()
  const closed = jest.fn(() => Promise.resolve())
  const status = serve(
    serviceOf(({ onStop }) => {
      onStop('tables', closed)
      onStop('log', () => Promise.reject(new Error('no')))
      return Promise.resolve(idleStage())
    }),
    frame.host,
  )
  await frame.said('Started.')
  frame.signal('SIGTERM')
  expect(await status).toBe(3)
  expect(closed).toHaveBeenCalledTimes(1)
})

test.each<[string, readonly string[]]>([
  ['a wrong option', ['--config', 'ringback.yaml', '--verbose']],
  ['no configuration', []],
])('%s ends it with status 2', async (_, argv) => {
  const frame = createHost(argv)
  expect(
    await serve(
      serviceOf(() => Promise.resolve(idleStage())),
      frame.host,
    ),
  ).toBe(2)
  expect(frame.errors).toHaveLength(1)
  expect(frame.lines).toEqual([])
})

test('a port that is taken ends it with status 2', async () => {
  const first = createHost()
  const running = serve(
    serviceOf(() => Promise.resolve(idleStage())),
    first.host,
  )
  const { port } = await first.said('Listens.')
  const second = createHost(['--config', 'ringback.yaml', '--port', String(port)])
  expect(
    await serve(
      serviceOf(() => Promise.resolve(idleStage())),
      second.host,
    ),
  ).toBe(2)
  expect(second.errors[0]).toContain(`port ${port} of 127.0.0.1 cannot be had (EADDRINUSE)`)
  first.signal('SIGTERM')
  expect(await running).toBe(0)
})
