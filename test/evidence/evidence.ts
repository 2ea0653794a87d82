/**
 * Runs the whole made-up council through the product, as its user would, and prints what the product says beside what is
 * true. `npm run evidence [-- --residents N --weeks N --seed N --keep]`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { DAY_MS } from '@ringback/contracts'
import { createCouncil } from '@ringback/council'
import { deliverCouncil } from './deliver.ts'
import { measure } from './measure.ts'
import { createProduct } from './product.ts'
import { reportText, summaryText } from './report.ts'
import { number } from './share.ts'
import { createTruthBook } from './truth-book.ts'

const { values } = parseArgs({
  options: {
    residents: { type: 'string' },
    weeks: { type: 'string' },
    seed: { type: 'string' },
    keep: { type: 'boolean' },
    /** A folder that was kept: asked again, without another import. */
    kept: { type: 'string' },
  },
})
const RESIDENTS = 120_000
const WEEKS = 12
/** After all that arrives: every window is over then, and every feed complete. */
const SETTLED_MS = 14 * DAY_MS

const began = process.hrtime.bigint()
const seconds = (): string => (Number(process.hrtime.bigint() - began) / 1e9).toFixed(0)
const progress = (text: string): void => console.error(`${seconds().padStart(4)} s  ${text}`)

const folder = values.kept ?? mkdtempSync(join(tmpdir(), 'ringback-evidence-'))
const council = createCouncil({
  residents: Number(values.residents ?? RESIDENTS),
  weeks: Number(values.weeks ?? WEEKS),
  seed: Number(values.seed ?? 1),
})
const product = createProduct(fileURLToPath(new URL('../../..', import.meta.url)), folder)
const book = createTruthBook()
const destination = values.kept === undefined ? { folder, product, progress } : undefined
const { records, bad, endedAt } = await deliverCouncil(council, book, destination)
const now = endedAt + SETTLED_MS
progress('asking for contacts, journeys and rates')
const measures = await measure(council, book, {
  contacts: product.rows('contacts', now),
  journeys: product.rows('journeys', now),
  taskRates: product.rows('task-rates', now),
})
const spent = product.spent()
console.log(`${number(records)} records of Borsetshire, ${number(bad)} of them bad as they were meant to be (${number(book.bad())} made so; what comes twice counts twice).
Imported in ${spent.seconds.toFixed(0)} s, ${spent.cpuSeconds.toFixed(0)} CPU-seconds, at most ${(spent.peakBytes / 1024 ** 3).toFixed(2)} GB; all of it in ${seconds()} s, this process at most ${(process.resourceUsage().maxRSS / 1024 ** 2).toFixed(2)} GB.
`)
console.log(reportText(measures))
console.log(
  `\nIN SHORT, beside what a model of the law gave on another made-up council of 12,000 residents\n${summaryText(measures)}`,
)
if (values.keep || values.kept !== undefined) console.log(`kept: ${folder}`)
else rmSync(folder, { recursive: true })
