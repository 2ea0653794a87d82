/** All measures of one run: the product's answers, held against the truth. */
import {
  configSchema,
  type ExportedContact,
  type ExportedJourney,
  type Instant,
  parseYamlFile,
  type TaskRate,
  WEEK_MS,
} from '@ringback/contracts'
import type { Council } from '@ringback/council'
import { createCells } from './cells.ts'
import { type ContactMeasures, measureContacts } from './contact-measures.ts'
import { createFlags, type FlagMeasures } from './flags.ts'
import { type IncidentMeasures, noteIncidents } from './incident-measures.ts'
import { measureProposal, type Proposal } from './proposal.ts'
import { measureRates, type RateMeasures } from './rates.ts'
import type { TruthBook } from './truth-book.ts'
import { weekOf } from './weeks.ts'

export interface Answers {
  readonly contacts: AsyncIterable<unknown>
  readonly journeys: AsyncIterable<unknown>
  readonly taskRates: AsyncIterable<unknown>
}

export interface Measures {
  readonly flags: FlagMeasures
  readonly rates: RateMeasures
  readonly proposal: Proposal
  readonly contacts: ContactMeasures
  readonly incidents: IncidentMeasures
}

const tasksByFamily = (configYaml: string): ReadonlyMap<string, readonly string[]> => {
  const parsed = parseYamlFile(configYaml, configSchema)
  if (parsed.kind !== 'pass') throw new Error('the council has a configuration that the product refuses')
  const families = new Map<string, string[]>()
  for (const { id, family } of parsed.value.tasks) families.set(family, [...(families.get(family) ?? []), id])
  return families
}

const weeksOf = ({ start, end }: Council): readonly string[] => {
  const weeks: string[] = []
  for (let at: Instant = start; at < end; at += WEEK_MS) weeks.push(weekOf(at + WEEK_MS / 2))
  return weeks
}

export const measure = async (council: Council, book: TruthBook, answers: Answers): Promise<Measures> => {
  const flags = createFlags(book)
  const cells = createCells(book)
  const notes = noteIncidents(council, weeksOf(council))
  const contacts: ExportedContact[] = []
  for await (const answer of answers.contacts) {
    const row = answer as ExportedContact
    contacts.push(row)
    flags.addContact(row)
    notes.addContact(row)
  }
  for await (const answer of answers.journeys) {
    const row = answer as ExportedJourney
    flags.addJourney(row)
    cells.addRow(row)
    notes.addJourney(row, book.contact(row.first_contact_id ?? '')?.reason ?? 'no such contact')
  }
  const rates: TaskRate[] = []
  for await (const answer of answers.taskRates) rates.push(answer as TaskRate)
  const all = cells.all()
  const flagMeasures = flags.measures()
  const rateMeasures = measureRates(all, rates)
  return {
    flags: flagMeasures,
    rates: rateMeasures,
    proposal: measureProposal(flagMeasures.verdicts, rateMeasures),
    contacts: measureContacts(contacts, all, book, tasksByFamily(council.configYaml)),
    incidents: notes.measures(all, rates),
  }
}
