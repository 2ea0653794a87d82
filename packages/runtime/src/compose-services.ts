/** Several services as one: in one process, with one port, started in order and stopped in reverse. */
import type { Logger } from './logger.ts'
import type { Service, ServiceContext, ServiceDefinition } from './run-service.ts'
import { notReady, READY, type Stage } from './stage.ts'

interface Named<T> {
  readonly name: string
  readonly of: T
}

/** Says of each line which of them says it. */
const labelled = (logger: Logger, part: string): Logger => ({
  debug: (fields, sentence) => logger.debug({ part, ...fields }, sentence),
  info: (fields, sentence) => logger.info({ part, ...fields }, sentence),
  warn: (fields, sentence) => logger.warn({ part, ...fields }, sentence),
  error: (fields, sentence) => logger.error({ part, ...fields }, sentence),
})

/** Goes on where one cannot be stopped, and says so in the end. */
const stopAll = async (stages: readonly Named<Stage>[]): Promise<void> => {
  const failures: unknown[] = []
  for (const { of: stage } of stages.toReversed()) await stage.stop().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}

const startAll = async (services: readonly Named<Service>[]): Promise<readonly Named<Stage>[]> => {
  const stages: Named<Stage>[] = []
  try {
    for (const { name, of: service } of services) stages.push({ name, of: await service.start() })
    return stages
  } catch (error) {
    // Tried again as a whole: nobody may be left running.
    for (const { of: stage } of stages) stage.ended.catch(() => undefined)
    await stopAll(stages).catch(() => undefined)
    throw error
  }
}

/** List the last reader of the data's way first: it is stopped last, when nobody brings it anything more. */
export const composeServices = (name: string, definitions: readonly ServiceDefinition[]): ServiceDefinition => ({
  name,
  build: (context: ServiceContext) => {
    const services = definitions.map((definition): Named<Service> => {
      const own = { metrics: context.metricsOf(definition.name), logger: labelled(context.logger, definition.name) }
      return { name: definition.name, of: definition.build({ ...context, ...own }) }
    })
    return {
      routes: (app) => {
        for (const { of: service } of services) service.routes?.(app)
      },
      start: async () => {
        const stages = await startAll(services)
        const watched = stages.flatMap(({ of: { lastProgressAt } }) => (lastProgressAt ? [lastProgressAt] : []))
        return {
          ready: async () => {
            for (const { name: part, of: stage } of stages) {
              const { ready, reason } = await stage.ready()
              if (!ready) return notReady(`${part}: ${reason}`)
            }
            return READY
          },
          ...(watched.length > 0 && { lastProgressAt: () => Math.min(...watched.map((at) => at())) }),
          stop: () => stopAll(stages),
          // The first that ends without being told ends all of them.
          ended: Promise.race(stages.map(({ of: { ended } }) => ended)),
        }
      },
    }
  },
})
