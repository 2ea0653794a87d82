/** The truth, so that what the product says can be looked up in it. */
import type { Instant } from '@ringback/contracts'
import type { TrueContact, TrueJourney, TrueOutcome, TrueRecord } from '@ringback/council'
import { createTies, type Tie } from './ties.ts'

export interface KnownJourney {
  readonly journey: string
  readonly task: string
  readonly outcome: TrueOutcome
  readonly lastAt: Instant
  /** It failed, and that made somebody get in touch. */
  readonly isFailure: boolean
  readonly contact: string | null
  /** Told in its sessions; kept for failures alone. */
  readonly given: readonly string[]
}

export interface TruthBook {
  readonly add: (record: TrueRecord) => void
  /** Records as they were sent: who reads them all learns which identifiers belong together. */
  readonly addRecords: (records: readonly object[]) => void
  readonly journeys: () => Iterable<KnownJourney>
  readonly contacts: () => Iterable<TrueContact>
  /** Of a row of the product: the true journeys that it is made of, each once. */
  readonly journeysOf: (row: { readonly task: string; readonly sessions: readonly string[] }) => readonly KnownJourney[]
  readonly contact: (id: string) => TrueContact | undefined
  /** Of a failure: what ties it to the contact that it caused. */
  readonly tieOf: (journey: KnownJourney) => Tie
  readonly bad: () => number
}

const knownOf = (truth: TrueJourney): KnownJourney => {
  const { journey, task, outcome, lastAt, contact, returned, given } = truth
  const isFailure = returned === 'failure'
  return { journey, task, outcome, lastAt, isFailure, contact, given: isFailure ? given : [] }
}

export const createTruthBook = (): TruthBook => {
  const bySession = new Map<string, KnownJourney>()
  const journeys: KnownJourney[] = []
  const contacts = new Map<string, TrueContact>()
  const ties = createTies()
  let bad = 0
  return {
    add: (record) => {
      if (record.kind === 'bad') bad += 1
      if (record.kind === 'contact') {
        contacts.set(record.contact, record)
        ties.join(record.given)
      }
      if (record.kind !== 'journey') return
      ties.join(record.given)
      const known = knownOf(record)
      journeys.push(known)
      for (const session of record.sessions) bySession.set(session, known)
    },
    addRecords: (records) => {
      for (const record of records) ties.joinRecord(record)
    },
    journeys: () => journeys,
    contacts: () => contacts.values(),
    journeysOf: ({ task, sessions }) => {
      const known = sessions.flatMap((session) => bySession.get(session) ?? [])
      return [...new Set(known.filter((journey) => journey.task === task))]
    },
    contact: (id) => contacts.get(id),
    tieOf: ({ given, contact }) => ties.between(given, contacts.get(contact ?? '')?.given ?? []),
    bad: () => bad,
  }
}
