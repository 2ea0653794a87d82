/** Repeats, first contact resolution and take-up against the truth. */
import type { ExportedContact } from '@ringback/contracts'
import { contactsAboutTasks } from '@ringback/journeys'
import type { Cell } from './cells.ts'
import { isCounted } from './flags.ts'
import type { Share } from './share.ts'
import type { TruthBook } from './truth-book.ts'
import { weekOf } from './weeks.ts'

export interface ContactMeasures {
  /** Contacts counted by the product, and true ones. */
  readonly counted: number
  readonly trueContacts: number
  readonly repeatPrecision: Share
  readonly repeatRecall: Share
  readonly resolution: Share
  /** Of the contacts that the product's share is about, and of all. */
  readonly trueResolutionOfThose: Share
  readonly trueResolution: Share
  readonly takeUp: readonly TakeUp[]
}
export interface TakeUp {
  readonly task: string
  readonly found: number
  readonly truth: number
  readonly contacts: number
}

const takeUps = (
  rows: readonly ExportedContact[],
  cells: readonly Cell[],
  book: TruthBook,
  tasksOf: ReadonlyMap<string, readonly string[]>,
): readonly TakeUp[] => {
  const weeks = new Map<string, ExportedContact[]>()
  for (const row of rows) {
    const week = weekOf(Date.parse(row.started_at ?? row.day))
    weeks.set(week, [...(weeks.get(week) ?? []), row])
  }
  const about = new Map<string, number>()
  for (const ofWeek of weeks.values())
    for (const [task, contacts] of contactsAboutTasks(
      ofWeek.map(({ tasks, families }) => ({ tasks, families, contacts: 1 })),
      tasksOf,
    ))
      about.set(task, (about.get(task) ?? 0) + contacts)
  const truly = new Map<string, number>()
  for (const { part, task } of book.contacts()) if (part === 'whole') truly.set(task, (truly.get(task) ?? 0) + 1)
  const tasks = new Set(cells.filter(({ trueCompleted }) => trueCompleted > 0).map(({ task }) => task))
  return [...tasks].map((task) => {
    const own = cells.filter((cell) => cell.task === task)
    const completed = own.reduce((sum, cell) => sum + cell.completed, 0)
    const trueCompleted = own.reduce((sum, cell) => sum + cell.trueCompleted, 0)
    const contacts = truly.get(task) ?? 0
    return {
      task,
      found: completed / (completed + (about.get(task) ?? 0)),
      truth: trueCompleted / (trueCompleted + contacts),
      contacts,
    }
  })
}

export const measureContacts = (
  all: readonly ExportedContact[],
  cells: readonly Cell[],
  book: TruthBook,
  tasksOf: ReadonlyMap<string, readonly string[]>,
): ContactMeasures => {
  const rows = all.filter(({ verdict }) => isCounted(verdict))
  const repeats = rows.filter(({ repeat_of }) => repeat_of !== null)
  const isTrueRepeat = (id: string): boolean => (book.contact(id)?.repeatOf ?? null) !== null
  const wholes = [...book.contacts()].filter(({ part }) => part === 'whole')
  const trulyRepeated = new Set(wholes.flatMap(({ repeatOf }) => repeatOf ?? []))
  const seenRepeats = new Set(repeats.map(({ contact_id }) => contact_id))
  const truly = wholes.filter(({ repeatOf }) => repeatOf !== null)
  const linkable = rows.filter(({ verdict, started_at }) => verdict !== 'unlinkable' && started_at !== null)
  const repeated = new Set(repeats.map(({ repeat_of }) => repeat_of))
  return {
    counted: rows.length,
    trueContacts: wholes.length,
    repeatPrecision: { part: repeats.filter(({ contact_id }) => isTrueRepeat(contact_id)).length, all: repeats.length },
    repeatRecall: { part: truly.filter(({ contact }) => seenRepeats.has(contact)).length, all: truly.length },
    resolution: { part: linkable.filter(({ contact_id }) => !repeated.has(contact_id)).length, all: linkable.length },
    trueResolutionOfThose: {
      part: linkable.filter(({ contact_id }) => !trulyRepeated.has(contact_id)).length,
      all: linkable.length,
    },
    trueResolution: { part: wholes.filter(({ contact }) => !trulyRepeated.has(contact)).length, all: wholes.length },
    takeUp: takeUps(rows, cells, book, tasksOf),
  }
}
