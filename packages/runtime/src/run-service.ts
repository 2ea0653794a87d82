/**
 * The frame of a service: configuration, log, metrics and health around whatever it runs; started in order, stopped in reverse.
 * What may pass by itself is waited for, what does not ends the process with its status, and the supervisor starts it again.
 */
import { setMaxListeners } from 'node:events'
import { type Instant, SECOND_MS } from '@ringback/contracts'
import { RingbackError, type StageMetrics } from '@ringback/pipeline'
import { type ClusterConfig, requireCluster } from './cluster-config.ts'
import { createHttpServer, type HttpServer, listen } from './http-server.ts'
import { loadConfig } from './load-config.ts'
import { createLogger, describeError, type Logger } from './logger.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { retrying } from './retrying.ts'
import { createProcessHost, type ServiceHost } from './service-host.ts'
import { parseServiceOptions } from './service-options.ts'
import { notReady, type Readiness, type Stage } from './stage.ts'

/** Longer than a batch takes; orchestrators wait some 30 s before they kill. */
const STOP_WITHIN_MS = 10 * SECOND_MS
/** Who asks a store that does not answer would keep all other metrics waiting. */
const READY_WITHIN_MS = 2 * SECOND_MS
const CRASHED = 3

export interface ServiceContext {
  readonly config: ClusterConfig
  readonly configFile: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: () => Instant
  /** Resolves after so long, rejects when the service is told to stop. */
  readonly pause: (ms: number) => Promise<void>
  readonly random: () => number
  readonly logger: Logger
  /** Of the stage that is named like the service. */
  readonly metrics: StageMetrics
  /** Of others, where one process runs several. */
  readonly metricsOf: (stage: string) => StageMetrics
  /** Closed after the stage has stopped, the last one first. */
  readonly onStop: (name: string, close: () => Promise<void>) => void
}

export interface Service {
  /** Asks others for what it needs. Tried again, as a whole, while it fails in a way that may pass. */
  readonly start: () => Promise<Stage>
  /** Served beside health and metrics, from before `start`. */
  readonly routes?: (app: HttpServer) => void
}

export interface ServiceDefinition {
  readonly name: string
  /** Puts it together; nothing is asked of anything yet. */
  readonly build: (context: ServiceContext) => Service
}

type Outcome =
  { readonly kind: 'stopped'; readonly signal: string } | { readonly kind: 'failed'; readonly error: unknown }

interface Closer {
  readonly name: string
  readonly close: () => Promise<void>
}

const reasonOf = (error: unknown): string =>
  error instanceof RingbackError ? error.message.replaceAll('\n', '; ') : JSON.stringify(describeError(error))

const statusOf = (error: unknown): number => (error instanceof RingbackError ? error.exitStatus : CRASHED)

/** The first thing that ends it: a signal, or a failure. */
const createOutcome = (host: ServiceHost) => {
  let settle: (outcome: Outcome) => void = () => undefined
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve
  })
  host.onSignal((signal) => settle({ kind: 'stopped', signal }))
  host.onCrash((error) => settle({ kind: 'failed', error }))
  return { outcome, fail: (error: unknown) => settle({ kind: 'failed', error }) }
}

/** Stops in order, and goes on where one of them fails. */
const closeAll = async (closers: readonly Closer[], logger: Logger): Promise<number> => {
  let status = 0
  for (const { name, close } of closers) {
    try {
      await close()
    } catch (error) {
      logger.error({ err: error, name }, 'Could not be stopped.')
      status = CRASHED
    }
  }
  return status
}

const run = async (definition: ServiceDefinition, host: ServiceHost): Promise<number> => {
  const options = parseServiceOptions(host.argv, host.env, host.cwd)
  const config = requireCluster(loadConfig(options.configFile))
  const { clock, env, random } = host
  const logger = createLogger({ service: definition.name, level: options.logLevel, clock, write: host.write })
  const metrics: Metrics = createMetrics({ withProcess: true })
  const resources: Closer[] = []
  const stopping = new AbortController()
  // Every partition, and every pause, listens for it.
  setMaxListeners(0, stopping.signal)
  const pause = (ms: number): Promise<void> => host.pause(ms, stopping.signal)
  const { outcome, fail } = createOutcome(host)
  const service = definition.build({
    config,
    configFile: options.configFile,
    env,
    clock,
    pause,
    random,
    logger,
    metrics: metrics.of(definition.name),
    metricsOf: metrics.of,
    onStop: (name, close) => resources.unshift({ name, close }),
  })

  let stage: Stage | undefined
  let waitingFor = 'it starts'
  const ready = async (): Promise<Readiness> => {
    if (stopping.signal.aborted) return notReady('it stops')
    return stage ? stage.ready() : notReady(waitingFor)
  }
  metrics.watchReadiness(definition.name, async () => {
    const answered = new AbortController()
    const late = host.pause(READY_WITHIN_MS, answered.signal).then(
      () => false,
      () => false,
    )
    const isReady = await Promise.race([ready().then((readiness) => readiness.ready), late])
    answered.abort()
    return isReady
  })
  const app = createHttpServer({ ready, metrics, trustProxy: config.collector.trustProxy })
  service.routes?.(app)
  const port = await listen(app, options)
  logger.info({ host: options.host, port }, 'Listens.')

  const start = async (): Promise<Stage> => {
    const started = await retrying(service.start, { pause, random }, (error, pauseMs) => {
      waitingFor = `it starts: ${error.message}`
      logger.warn({ err: error, pauseMs }, 'Could not start yet.')
    })
    stage = started
    if (started.lastProgressAt) metrics.watchProgress(definition.name, started.lastProgressAt)
    logger.info({}, 'Started.')
    return started
  }
  const watch = async ({ ended }: Stage): Promise<void> => {
    await ended
    // Only whoever was told to stop may end.
    if (!stopping.signal.aborted) throw new RingbackError('store', 'it ended without being told to')
  }
  const starting = start().then(
    (started) => void watch(started).catch(fail),
    (error: unknown) => {
      if (!stopping.signal.aborted) fail(error)
    },
  )

  const ended = await outcome
  stopping.abort()
  if (ended.kind === 'failed' && !(ended.error instanceof RingbackError)) {
    // Nobody knows what state it is in: it answers nobody any more, and is not stopped in order.
    void app.close()
    throw ended.error
  }
  if (ended.kind === 'stopped') logger.info({ signal: ended.signal }, 'Stops.')
  const closers: Closer[] = [
    { name: 'start', close: () => starting },
    { name: 'stage', close: async () => stage?.stop() },
    { name: 'server', close: () => app.close() },
    ...resources,
  ]
  const deadline = new AbortController()
  const stopped = await Promise.race([
    closeAll(closers, logger),
    host.pause(STOP_WITHIN_MS, deadline.signal).then(
      () => undefined,
      () => undefined,
    ),
  ])
  deadline.abort()
  void app.close()
  if (ended.kind === 'failed') throw ended.error
  if (stopped !== undefined) {
    logger.info({ status: stopped }, 'Ended.')
    return stopped
  }
  throw new RingbackError(
    'store',
    `it did not stop within ${STOP_WITHIN_MS / SECOND_MS} s; what was acknowledged is safe`,
  )
}

/** Runs it until it is told to stop. Resolves to the exit status; the reason of any but 0 has been said by then. */
export const serve = async (definition: ServiceDefinition, host: ServiceHost): Promise<number> => {
  try {
    return await run(definition, host)
  } catch (error) {
    host.writeError(`${definition.name}: ${reasonOf(error)}\n`)
    return statusOf(error)
  }
}

/** For `main.ts`: runs it, and ends the process with its status. */
export const runService = async (definition: ServiceDefinition): Promise<void> => {
  process.exit(await serve(definition, createProcessHost()))
}
