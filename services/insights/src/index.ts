export { checkCatalogue, checkFeeds, checkTables } from './check.ts'
export type { Check } from './check.ts'
export { healthPage, PAGE_HEADERS } from './health-page.ts'
export { insights } from './service.ts'
