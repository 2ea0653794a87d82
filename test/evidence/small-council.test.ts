/** A small council through the product as it is built: figures within bounds that only a break would leave. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCouncil } from '@ringback/council'
import { deliverCouncil } from './deliver.ts'
import { measure } from './measure.ts'
import { createProduct } from './product.ts'
import { reportText, summaryText } from './report.ts'
import { shareValue } from './share.ts'
import { createTruthBook } from './truth-book.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringback-evidence-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the product finds what it can of a small council, and reads all that was meant to be read', async () => {
  const council = createCouncil({ residents: 2_000, weeks: 2, seed: 3 })
  const book = createTruthBook()
  const product = createProduct(join(__dirname, '../..'), folder)
  const { bad, endedAt } = await deliverCouncil(council, book, { folder, product, progress: () => undefined })
  expect(bad).toBe(book.bad())
  const now = endedAt + 14 * 86_400_000
  const measures = await measure(council, book, {
    contacts: product.rows('contacts', now),
    journeys: product.rows('journeys', now),
    taskRates: product.rows('task-rates', now),
  })
  const { flags, rates, contacts } = measures
  expect(rates.mature).toBe(rates.counts.reachable)
  expect(flags.precision.all).toBeGreaterThan(5)
  expect(shareValue(flags.precision)).toBeGreaterThan(0.5)
  expect(shareValue(flags.recallShared)).toBeGreaterThan(0.25)
  expect(shareValue(flags.recall)).toBeLessThan(0.6)
  const coverage = rates.counts.reachable / rates.counts.journeys
  expect(coverage).toBeGreaterThan(0.25)
  expect(coverage).toBeLessThan(0.75)
  const [printed, truth] = [
    rates.counts.flagged / rates.counts.reachable,
    rates.counts.failures / rates.counts.reachable,
  ]
  expect(printed).toBeGreaterThan(truth / 5)
  expect(printed).toBeLessThan(truth * 2)
  expect(rates.estimated).toBeGreaterThan(printed)
  expect(Math.abs(shareValue(contacts.resolution) - shareValue(contacts.trueResolution))).toBeLessThan(0.15)
  expect(contacts.counted / contacts.trueContacts).toBeCloseTo(1, 0)
  expect(reportText(measures) + summaryText(measures)).not.toMatch(/NaN|undefined/)
}, 180_000)
