/** The assembler: records of a batch become facts of their carriers, those of one carrier merged. No state. */
import type { EdgeLeg, EdgeProfile, EdgeRecord, EdgeWebEvent } from '@ringback/contracts'
import type { FactsMessage } from '@ringback/households'
import {
  type CarrierFacts,
  contactNode,
  factsOfLeg,
  factsOfProfile,
  factsOfSession,
  mergeCarrier,
  profileNode,
  type Rules,
  sessionNode,
} from '@ringback/journeys'

export interface Assembled {
  /** One a carrier. */
  readonly messages: readonly FactsMessage[]
  /** Revisions of legs and profiles that lost to others of the same batch. */
  readonly superseded: number
}

export type Assemble = (records: readonly EdgeRecord[]) => Assembled

export const createAssemble = (rules: Rules): Assemble => {
  const { identity } = rules.config
  return (records) => {
    const sessions = new Map<string, EdgeWebEvent[]>()
    const carriers = new Map<string, CarrierFacts>()
    /** Of each leg and profile what was received of it: all but one lost, whatever their order, however often they came. */
    const revisions = new Map<string, Set<string>>()
    let superseded = 0
    const add = (node: string, { id, canonical }: EdgeLeg | EdgeProfile, facts: CarrierFacts): void => {
      const key = `${node}\0${id}`
      const received = revisions.get(key)
      if (!received) revisions.set(key, new Set([canonical]))
      else if (!received.has(canonical)) {
        received.add(canonical)
        superseded++
      }
      const known = carriers.get(node)
      carriers.set(node, known ? mergeCarrier(known, facts) : facts)
    }
    for (const record of records) {
      if (record.kind === 'web') {
        const events = sessions.get(record.session)
        if (events) events.push(record)
        else sessions.set(record.session, [record])
      } else if (record.kind === 'contacts') {
        add(contactNode(record.source, record.conversation), record, factsOfLeg(record, identity))
      } else {
        add(profileNode(record.source, record.id), record, factsOfProfile(record, identity))
      }
    }
    for (const [session, events] of sessions) carriers.set(sessionNode(session), factsOfSession(events, rules))
    return {
      messages: [...carriers].map(([node, facts]) => ({
        kind: 'facts',
        node,
        facts: [[node, facts]],
        marks: [],
        claims: [],
        isOwn: true,
      })),
      superseded,
    }
  }
}
