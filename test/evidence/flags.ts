/** Flags against the truth: how many are right, and how many true returns they find. */
import type { ExportedContact, ExportedJourney } from '@ringback/contracts'
import { isTrueFlag } from './cells.ts'
import { createTally, type Share, type Tally } from './share.ts'
import type { Tie } from './ties.ts'
import type { TruthBook } from './truth-book.ts'

export interface FlagMeasures {
  readonly precision: Share
  /** By `basis topic`. */
  readonly precisionBy: ReadonlyMap<string, Share>
  /** Why the contacts of wrong flags were really made. */
  readonly wrongBecause: Tally
  /** Of counted contacts by verdict and reason: how many a failed journey truly caused. */
  readonly verdicts: ReadonlyMap<string, Share>
  readonly recall: Share
  /** Of those whose journey and contact have an identifier in common, of any level or of person level. */
  readonly recallShared: Share
  readonly recallPerson: Share
  /** Of those whose journey is reachable: what the rates are about. */
  readonly recallReachable: Share
  readonly missedReachable: Tally
  /** What the product says of the contacts of those that it does not find. */
  readonly missed: Tally
  /** The same, of those with an identifier of person level in common. */
  readonly missedPerson: Tally
}

export interface Flags {
  readonly addContact: (row: ExportedContact) => void
  /** After all contacts. */
  readonly addJourney: (row: ExportedJourney) => void
  readonly measures: () => FlagMeasures
}

interface MutableShare {
  part: number
  all: number
}

/** What is counted in and not folded (SEMANTICS section 6). */
export const isCounted = (verdict: string): boolean => !['excluded', 'echo', 'redialled'].includes(verdict)

export const createFlags = (book: TruthBook): Flags => {
  /** What became of each contact that counts: its verdict, with its reason. */
  const verdictOf = new Map<string, string>()
  const verdicts = new Map<string, MutableShare>()
  const failedOf = new Map<string, string[]>()
  const precision: MutableShare = { part: 0, all: 0 }
  const precisionBy = new Map<string, MutableShare>()
  const wrongBecause = createTally()
  const found = new Set<string>()
  const reachable = new Set<string>()
  const countFlag = (row: ExportedJourney): void => {
    const truths = book.journeysOf(row)
    const isRight = isTrueFlag(row, truths, book)
    const key = `${row.basis ?? ''} ${row.topic ?? ''}`
    const by = precisionBy.get(key) ?? { part: 0, all: 0 }
    precisionBy.set(key, by)
    for (const share of [precision, by]) {
      share.all += 1
      if (isRight) share.part += 1
    }
    if (isRight) return
    const contact = book.contact(row.first_contact_id ?? '')
    wrongBecause.add(
      contact?.reason === 'failure' ? 'failure of another journey' : (contact?.reason ?? 'no such contact'),
    )
  }
  return {
    addContact: ({ contact_id, verdict, reason, journey_id }) => {
      const name = reason === null ? verdict : `${verdict}: ${reason}`
      verdictOf.set(contact_id, name)
      if (isCounted(verdict)) {
        const share = verdicts.get(name) ?? { part: 0, all: 0 }
        verdicts.set(name, share)
        share.all += 1
        if (book.contact(contact_id)?.reason === 'failure') share.part += 1
      }
      if (verdict !== 'failed' || journey_id === null) return
      const known = failedOf.get(journey_id)
      if (known) known.push(contact_id)
      else failedOf.set(journey_id, [contact_id])
    },
    addJourney: (row) => {
      if (row.flagged) countFlag(row)
      if (row.reachable)
        for (const { journey, isFailure } of book.journeysOf(row)) if (isFailure) reachable.add(journey)
      const contacts = failedOf.get(row.journey_id)
      if (!row.flagged || contacts === undefined) return
      const truths = new Set(book.journeysOf(row).map(({ journey }) => journey))
      for (const id of contacts) {
        const contact = book.contact(id)
        if (contact?.reason === 'failure' && truths.has(contact.journey ?? '')) found.add(contact.journey ?? '')
      }
    },
    measures: () => {
      const missed = createTally()
      const missedPerson = createTally()
      const missedReachable = createTally()
      const recalls: Record<Tie, MutableShare> = {
        person: { part: 0, all: 0 },
        household: { part: 0, all: 0 },
        none: { part: 0, all: 0 },
      }
      for (const journey of book.journeys()) {
        if (!journey.isFailure) continue
        const tie = book.tieOf(journey)
        recalls[tie].all += 1
        if (found.has(journey.journey)) recalls[tie].part += 1
        else {
          const verdict = verdictOf.get(journey.contact ?? '') ?? 'never seen'
          missed.add(verdict)
          if (tie === 'person') missedPerson.add(verdict)
          if (reachable.has(journey.journey)) missedReachable.add(verdict)
        }
      }
      const together = (...ties: Tie[]): Share => ({
        part: ties.reduce((sum, tie) => sum + recalls[tie].part, 0),
        all: ties.reduce((sum, tie) => sum + recalls[tie].all, 0),
      })
      return {
        precision,
        precisionBy,
        verdicts,
        wrongBecause,
        recall: together('person', 'household', 'none'),
        recallShared: together('person', 'household'),
        recallPerson: together('person'),
        recallReachable: { part: [...reachable].filter((journey) => found.has(journey)).length, all: reachable.size },
        missedReachable,
        missed,
        missedPerson,
      }
    },
  }
}
