/** Records straight to rows, without a log: facts of all of them at one place, and the marks that they show. */
import type { Config, EdgeRecord, EdgeWebEvent, RecordKind, Token } from '@ringback/contracts'
import { createTokeniser } from '@ringback/identity'
import {
  type CarrierFacts,
  contactNode,
  createRules,
  factsOfLeg,
  factsOfProfile,
  factsOfSession,
  judge,
  mergeHousehold,
  profileNode,
  sessionNode,
  showsShared,
} from '@ringback/journeys'
import { createIntake } from '@ringback/collector'

export const toEdgeRecords = (
  config: Config,
  now: number,
  raw: Readonly<Record<RecordKind, readonly unknown[]>>,
): EdgeRecord[] => {
  const { region } = config.council
  const tokeniser = createTokeniser({ key: Buffer.alloc(32, 7), region, stopList: config.identity.stopList })
  const intake = createIntake(tokeniser, createRules(config))
  return (['web', 'contacts', 'profiles'] as const).flatMap((kind) =>
    raw[kind].map((record) => {
      const accepted = intake.accept(record, { kind }, now, { unknownTask: 0, noToken: {} })
      if (accepted.kind === 'bad') throw new Error(`refused: ${JSON.stringify(accepted.refusal)}`)
      return accepted.record
    }),
  )
}

/** The node of the carrier that a record belongs to. */
export const carrierOf = (record: EdgeRecord): string =>
  record.kind === 'web'
    ? sessionNode(record.session)
    : record.kind === 'contacts'
      ? contactNode(record.source, record.conversation)
      : profileNode(record.source, record.id)

export const judgeRecords = (config: Config, records: readonly EdgeRecord[]) => {
  const rules = createRules(config)
  const { identity } = config
  let facts = mergeHousehold([], [])
  const add = (name: string, carrier: CarrierFacts) => {
    facts = mergeHousehold(facts, [[name, carrier]])
  }
  const sessions = new Map<string, EdgeWebEvent[]>()
  for (const record of records) {
    if (record.kind === 'web') sessions.set(record.session, [...(sessions.get(record.session) ?? []), record])
    else if (record.kind === 'contacts')
      add(contactNode(record.source, record.conversation), factsOfLeg(record, identity))
    else add(profileNode(record.source, record.id), factsOfProfile(record, identity))
  }
  for (const [session, events] of sessions) add(sessionNode(session), factsOfSession(events, rules))
  const carriers = new Map<Token, number>()
  const people = new Map<Token, Set<Token>>()
  for (const [, { tokens }] of facts)
    for (const [token, evidence] of tokens) {
      carriers.set(token, (carriers.get(token) ?? 0) + Number(evidence.shows))
      people.set(token, new Set([...(people.get(token) ?? []), ...evidence.people]))
    }
  const marks = new Set(
    [...people].filter(([t, p]) => showsShared(t, carriers.get(t) ?? 0, p, identity)).map(([t]) => t),
  )
  return judge(facts, marks, rules)
}
