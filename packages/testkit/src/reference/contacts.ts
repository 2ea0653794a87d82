/** Section 6, first half: legs become contacts. Who folds into whom needs persons, and is in `folding.ts`. */
import type { Catalogue, ContactTopic } from './catalogue.ts'
import type { EdgeLeg } from './types.ts'
import { topicOfLeg, unionOfTopics } from './catalogue.ts'
import { compareText, compareTimeThenId } from './order.ts'
import { newestRevisions } from './revisions.ts'
import { localDay, toMs } from './time.ts'

export interface Contact {
  /** `source:conversation`. */
  readonly id: string
  readonly source: string
  /** The newest revision of each leg. */
  readonly legs: readonly EdgeLeg[]
  /** Null when none of the legs has an instant. */
  readonly startedAt: number | null
  readonly day: string
  readonly channel: string
  readonly direction: string
  readonly actor: string
  readonly handleSeconds: number | null
  readonly answered: boolean
  /** Of its own legs; an echo's topic comes on top in `folding.ts`. */
  readonly topic: ContactTopic
}

export interface TimedContact extends Contact {
  readonly startedAt: number
}

export const hasInstant = (contact: Contact): contact is TimedContact => contact.startedAt !== null

/** Section 6: "`%` and `:` in the source percent-encoded"; without a conversation, the leg's own id. */
export const contactIdOf = (leg: EdgeLeg): string => {
  const source = leg.source.replaceAll('%', '%25').replaceAll(':', '%3A')
  return `${source}:${leg.conversation ?? leg.id}`
}

const directionOf = (leg: EdgeLeg): string => leg.direction ?? 'inbound'
const outcomeOf = (leg: EdgeLeg): string => leg.outcome ?? 'answered'

/** Section 1: `source` + `conversation` + `id`. */
const identityOf = (leg: EdgeLeg): string => JSON.stringify([leg.source, leg.conversation ?? leg.id, leg.id])

export const toContacts = (records: readonly EdgeLeg[], catalogue: Catalogue): Contact[] => {
  const legs = newestRevisions(records, identityOf)
  const ids = [...new Set(legs.map(contactIdOf))].sort(compareText)
  return ids.map((id) =>
    toContact(
      id,
      legs.filter((leg) => contactIdOf(leg) === id),
      catalogue,
    ),
  )
}

const toContact = (id: string, legs: readonly EdgeLeg[], catalogue: Catalogue): Contact => {
  const first = earliestLeg(legs)
  const startedAt = first.time === undefined ? null : toMs(first.time)
  const known = legs.flatMap((leg) => (leg.handle_seconds === undefined ? [] : [leg.handle_seconds]))
  return {
    id,
    source: first.source,
    legs,
    startedAt,
    day: startedAt === null ? (first.date ?? '') : localDay(startedAt, catalogue.zone),
    channel: first.channel,
    direction: directionOf(first),
    actor: first.actor ?? 'public',
    handleSeconds: known.length === 0 ? null : known.reduce((sum, seconds) => sum + seconds, 0),
    answered: legs.some((leg) => outcomeOf(leg) === 'answered'),
    topic: unionOfTopics(legs.map((leg) => topicOfLeg(leg, catalogue))),
  }
}

const whenOf = (leg: EdgeLeg): number => (leg.time === undefined ? Date.parse(leg.date ?? '') : toMs(leg.time))
const inboundFirst = (leg: EdgeLeg): string => `${directionOf(leg) === 'inbound' ? 0 : 1}${leg.id}`

/**
 * "Channel, direction and actor of the earliest leg (ties: inbound first, then the smaller leg id). Where some legs
 * have an instant, they alone give start, channel, direction and actor." Where none has, the earliest day's leg does.
 */
const earliestLeg = (legs: readonly EdgeLeg[]): EdgeLeg => {
  const timed = legs.filter((leg) => leg.time !== undefined)
  const [first] = [...(timed.length > 0 ? timed : legs)].sort((a, b) =>
    compareTimeThenId(whenOf(a), inboundFirst(a), whenOf(b), inboundFirst(b)),
  )
  if (first === undefined) throw new Error('reference: a contact has at least one leg')
  return first
}

/** Section 6: "direction not `inbound` (`not_inbound`), else `actor` not `public` (`not_public`)"; null: counted in. */
export const exclusionOf = (contact: Contact): 'not_inbound' | 'not_public' | null => {
  if (contact.direction !== 'inbound') return 'not_inbound'
  return contact.actor === 'public' ? null : 'not_public'
}

/** Section 6: "no leg of it was answered, went to voicemail or was promised a call-back". */
export const wasLeftWaiting = (contact: Contact): boolean =>
  contact.legs.every((leg) => !['answered', 'voicemail', 'callback'].includes(outcomeOf(leg)))
