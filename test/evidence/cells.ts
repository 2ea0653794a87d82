/** The journeys of a task in a week: what the product counts, and what is true of them. */
import type { ExportedJourney } from '@ringback/contracts'
import type { KnownJourney, TruthBook } from './truth-book.ts'
import { weekOf } from './weeks.ts'

export interface Counts {
  /** Rows of the product. */
  journeys: number
  /** Those of them that are reachable: what its rates are about. */
  reachable: number
  flagged: number
  placebo: number
  /** Reachable ones that truly failed and came back. */
  failures: number
  /** Reachable ones that are flagged because of a contact that they did not cause as a failure. */
  coincidences: number
  completed: number
  /** True journeys of people, seen or not, and their failures. */
  trueJourneys: number
  trueFailures: number
  trueCompleted: number
}

export interface Cell extends Counts {
  readonly task: string
  readonly week: string
}

const nothing = (): Counts => ({
  journeys: 0,
  reachable: 0,
  flagged: 0,
  placebo: 0,
  failures: 0,
  coincidences: 0,
  completed: 0,
  trueJourneys: 0,
  trueFailures: 0,
  trueCompleted: 0,
})

export const sumOf = (cells: Iterable<Counts>): Counts => {
  const sum = nothing()
  for (const cell of cells) for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += cell[key]
  return sum
}

/** Whether the contact by which a row came back was truly caused by one of its journeys, as a failure. */
export const isTrueFlag = (row: ExportedJourney, truths: readonly KnownJourney[], book: TruthBook): boolean => {
  const contact = book.contact(row.first_contact_id ?? '')
  return contact?.reason === 'failure' && truths.some(({ journey }) => journey === contact.journey)
}

export interface Cells {
  readonly addRow: (row: ExportedJourney) => void
  readonly all: () => readonly Cell[]
}

/** Truths come from the book at once, rows one by one. */
export const createCells = (book: TruthBook): Cells => {
  const cells = new Map<string, Cell>()
  const cellOf = (task: string, week: string): Cell => {
    const key = `${task} ${week}`
    const known = cells.get(key) ?? { task, week, ...nothing() }
    cells.set(key, known)
    return known
  }
  for (const { task, lastAt, isFailure, outcome } of book.journeys()) {
    const cell = cellOf(task, weekOf(lastAt))
    cell.trueJourneys += 1
    if (isFailure) cell.trueFailures += 1
    if (outcome === 'confirmed') cell.trueCompleted += 1
  }
  return {
    addRow: (row) => {
      const cell = cellOf(row.task, weekOf(Date.parse(row.last_at)))
      cell.journeys += 1
      if (row.outcome === 'completed') cell.completed += 1
      if (!row.reachable) return
      const truths = book.journeysOf(row)
      cell.reachable += 1
      if (row.flagged) cell.flagged += 1
      if (row.placebo) cell.placebo += 1
      if (truths.some(({ isFailure }) => isFailure)) cell.failures += 1
      if (row.flagged && !isTrueFlag(row, truths, book)) cell.coincidences += 1
    },
    all: () => [...cells.values()],
  }
}
