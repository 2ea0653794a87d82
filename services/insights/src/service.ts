/** Insights as a service of the cluster: for now a page that says how things are. */
import { RingbackError } from '@ringback/pipeline'
import { clickhouseOf, idleStage, notReady, READY, type ServiceDefinition } from '@ringback/runtime'
import { openServer } from '@ringback/warehouse'
import { type Check, checkCatalogue, checkFeeds, checkTables } from './check.ts'
import { healthPage, PAGE_HEADERS } from './health-page.ts'

export const insights: ServiceDefinition = {
  name: 'insights',
  build: ({ config, configFile, env, clock, onStop }) => {
    const warehouse = openServer(clickhouseOf(config, env))
    onStop('tables', warehouse.close)

    const feeds = async (): Promise<readonly Check[]> => {
      try {
        return await checkFeeds(warehouse, config, clock())
      } catch (error) {
        // Away, or not made yet: the writer makes them.
        if (!(error instanceof RingbackError)) throw error
        return [{ status: 'fail', name: 'feeds', message: error.message }]
      }
    }
    const checks = async (): Promise<readonly Check[]> => [
      { status: 'ok', name: 'configuration', message: configFile },
      ...checkCatalogue(config),
      await checkTables(warehouse, `see whether ${config.clickhouse.url} runs`),
      ...(await feeds()),
    ]
    return {
      routes: (app) => {
        app.get('/', async (_request, reply) =>
          reply.headers(PAGE_HEADERS).send(healthPage(config.council.name, await checks(), clock())),
        )
      },
      start: () =>
        Promise.resolve(
          idleStage(async () => ((await warehouse.ping()) ? READY : notReady('the tables do not answer'))),
        ),
    }
  },
}
