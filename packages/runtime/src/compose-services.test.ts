/** Several services in one process behave like one. */
import { NO_METRICS, RingbackError } from '@ringback/pipeline'
import { composeServices } from './compose-services.ts'
import { NO_LOGGER } from './logger.ts'
import type { ServiceContext, ServiceDefinition } from './run-service.ts'
import { idleStage, notReady, READY, type Readiness, type Stage } from './stage.ts'

const asked: string[] = []
const context = {
  logger: NO_LOGGER,
  metricsOf: (stage: string) => {
    asked.push(stage)
    return NO_METRICS
  },
} as unknown as ServiceContext

const createPart = (name: string, happened: string[], more: Partial<Stage> = {}, fails = 0) => {
  let left = fails
  const definition: ServiceDefinition = {
    name,
    build: () => ({
      start: async () => {
        if (left-- > 0) throw new RingbackError('store', `${name} is away`, { retryable: true })
        happened.push(`${name} starts`)
        const stage = idleStage()
        return {
          ...stage,
          stop: async () => {
            happened.push(`${name} stops`)
            await stage.stop()
          },
          ...more,
        }
      },
    }),
  }
  return definition
}

test('they start in order and stop in reverse, each with metrics of its own', async () => {
  const happened: string[] = []
  const all = composeServices('all', [createPart('a', happened), createPart('b', happened)])
  const stage = await all.build(context).start()
  expect(await stage.ready()).toEqual(READY)
  expect(stage.lastProgressAt).toBe(undefined)
  await stage.stop()
  await stage.ended
  expect(happened).toEqual(['a starts', 'b starts', 'b stops', 'a stops'])
  expect(asked).toEqual(['a', 'b'])
})

test('where one cannot start, those that did are stopped, and all of it may be tried again', async () => {
  const happened: string[] = []
  const service = composeServices('all', [createPart('a', happened), createPart('b', happened, {}, 1)]).build(context)
  await expect(service.start()).rejects.toMatchObject({ message: 'b is away', retryable: true })
  await service.start()
  expect(happened).toEqual(['a starts', 'a stops', 'a starts', 'b starts'])
})

test('it is ready when all are, says who is not, and goes no further than the slowest', async () => {
  let state: Readiness = notReady('it waits for the rules')
  const slow = { ready: () => state, lastProgressAt: () => 5 }
  const all = composeServices('all', [createPart('a', [], { lastProgressAt: () => 9 }), createPart('b', [], slow)])
  const stage = await all.build(context).start()
  expect(await stage.ready()).toEqual(notReady('b: it waits for the rules'))
  expect(stage.lastProgressAt?.()).toBe(5)
  state = READY
  expect(await stage.ready()).toEqual(READY)
})

test('one that fails for good ends all of them; one that cannot be stopped does not keep the others', async () => {
  const happened: string[] = []
  const failure = new RingbackError('store', 'gone for good')
  const ended = Promise.reject(failure)
  const stop = () => Promise.reject(new Error('stuck'))
  const all = composeServices('all', [createPart('a', happened), createPart('b', [], { ended, stop })])
  const stage = await all.build(context).start()
  await expect(stage.ended).rejects.toBe(failure)
  await expect(stage.stop()).rejects.toThrow('stuck')
  expect(happened).toEqual(['a starts', 'a stops'])
})
