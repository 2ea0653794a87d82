/** What is known of the state of things, a line each: for `ringback doctor`, and for the page that is served. */
import { type Config, formatInstant, type Instant } from '@ringback/contracts'
import type { Warehouse } from '@ringback/warehouse'

export interface Check {
  readonly status: 'ok' | 'warn' | 'fail'
  readonly name: string
  readonly message: string
}

export const checkCatalogue = (config: Config): readonly Check[] => {
  const checks: Check[] = []
  const without = config.tasks.filter((task) => task.urls.length === 0)
  if (config.tasks.length === 0)
    checks.push({ status: 'warn', name: 'catalogue', message: 'it has no tasks: add some under `tasks`' })
  else
    checks.push({
      status: 'ok',
      name: 'catalogue',
      message: `${config.tasks.length} tasks${without.length > 0 ? `, ${without.length} of them without a URL rule` : ''}`,
    })
  if (config.costs.web === undefined)
    checks.push({ status: 'warn', name: 'costs', message: 'a web visit has none and is taken for free: set costs.web' })
  return checks
}

/** `advice`: what to do where they do not answer. */
export const checkTables = async (warehouse: Pick<Warehouse, 'ping'>, advice: string): Promise<Check> =>
  (await warehouse.ping())
    ? { status: 'ok', name: 'tables', message: 'they answer' }
    : { status: 'fail', name: 'tables', message: `they do not answer: ${advice}` }

export const checkFeeds = async (
  warehouse: Pick<Warehouse, 'contactFeeds'>,
  config: Config,
  now: Instant,
): Promise<readonly Check[]> => {
  const feeds = await warehouse.contactFeeds(config, now)
  if (feeds.length === 0)
    return [{ status: 'warn', name: 'feeds', message: 'no contacts yet, so nothing can ring back: import some' }]
  return feeds.map(({ source, completeTo }) =>
    completeTo === null
      ? {
          status: 'warn',
          name: `feed ${source}`,
          message: 'complete to nothing, so all weeks stay provisional: import it with --complete-to, or set its delay',
        }
      : { status: 'ok', name: `feed ${source}`, message: `complete to ${formatInstant(completeTo)}` },
  )
}
