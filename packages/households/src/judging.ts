/** Step 7 of HOUSEHOLD-LOG: a changed root forgets what is past, is judged, and says what differs from what it said before. */
import { hash } from 'node:crypto'
import { DAY_MS, type Instant } from '@ringback/contracts'
import {
  type CarrierFacts,
  type Conclusion,
  type HouseholdFacts,
  judge,
  type Keyed,
  type Rules,
  timesOf,
  toKeyed,
  valueOf,
} from '@ringback/journeys'
import { dayOf } from './fold.ts'
import type { RootState } from './node-state.ts'

/** What a root says: a row, or that there is none any more. */
export interface Said {
  readonly id: string
  readonly kind: Conclusion['kind']
  /** The row as JSON; undefined: withdrawn. */
  readonly json: string | undefined
}

export interface Judged {
  readonly root: RootState
  readonly said: readonly Said[]
}

export type Judge = (root: RootState, now: Instant) => Judged

/** Kinds of row have ids of one shape each, but one must not be taken for the other; the carrier without which it is not concluded. */
const keyOf = ({ kind, id, carrier }: Conclusion): string =>
  kind === 'journey' ? `journey|${carrier}|${id}` : `contact|${carrier}`
/** Ids of journeys have no bar, and of contacts the carrier says it all. */
const fromKey = (key: string): Pick<Said, 'kind' | 'id'> & { readonly carrier: string } =>
  key.startsWith('journey|')
    ? {
        kind: 'journey',
        id: key.slice(key.lastIndexOf('|') + 1),
        carrier: key.slice('journey|'.length, key.lastIndexOf('|')),
      }
    : { kind: 'contact', id: key.slice('contact|contact:'.length), carrier: key.slice('contact|'.length) }

const hashRow = (json: string): string => hash('sha256', json, 'base64url').slice(0, 16)

/** The parts of a household's timeline that lie more than `reach` apart; whoever has no time stands alone. */
const stretches = (facts: HouseholdFacts, reach: number, rules: Rules): HouseholdFacts[] => {
  const timed: { readonly entry: readonly [string, CarrierFacts]; readonly first: Instant; readonly last: Instant }[] =
    []
  const parts: (readonly [string, CarrierFacts])[][] = []
  for (const entry of facts) {
    const times = timesOf(entry[1].own, rules)
    if (times) timed.push({ entry, ...times })
    else if (entry[1].own.kind !== 'profile') parts.push([entry])
  }
  let end = -Infinity
  for (const { entry, first, last } of timed.sort((a, b) => a.first - b.first)) {
    if (first - end > reach) parts.push([])
    ;(parts[parts.length - 1] as (readonly [string, CarrierFacts])[]).push(entry)
    end = Math.max(end, last)
  }
  return parts
}

/** What of a household is still remembered at `now` (SEMANTICS section 9). */
const remembered = (facts: HouseholdFacts, now: Instant, rules: Rules): HouseholdFacts => {
  const { retention, profileRetention } = rules.config.defaults
  // Nothing can be due while everything was received within R: the usual case, told cheaply.
  if (facts.every(([, { own }]) => own.received >= now - retention)) return facts
  const kept = new Set<string>()
  for (const [name, { own }] of facts)
    if (own.kind === 'profile' && own.received >= now - profileRetention) kept.add(name)
  for (const stretch of stretches(facts, rules.reach(), rules)) {
    if (stretch.every(([, { own }]) => own.received < now - retention)) continue
    for (const [name, { own }] of stretch) if (own.received >= now - profileRetention) kept.add(name)
  }
  return kept.size === facts.length ? facts : facts.filter(([name]) => kept.has(name))
}

/** A mark that no remembered carrier needs goes R after it was told. */
const rememberedMarks = (
  root: RootState,
  facts: HouseholdFacts,
  now: Instant,
  retention: number,
): RootState['marks'] => {
  const before = dayOf(now) - Math.ceil(retention / DAY_MS)
  if (root.marks.every(([, day]) => day >= before)) return root.marks
  const needed = new Set(facts.flatMap(([, { tokens }]) => tokens.map(([token]) => token)))
  return root.marks.filter(([token, day]) => day >= before || needed.has(token))
}

export const createJudge = (rules: Rules): Judge => {
  const judgeAll = (facts: HouseholdFacts, marks: RootState['marks']): readonly Conclusion[] =>
    judge(facts, new Set(marks.map(([token]) => token)), rules)

  return (root, now) => {
    const facts = remembered(root.facts, now, rules)
    const marks = rememberedMarks(root, facts, now, rules.config.defaults.retention)
    const conclusions = judgeAll(facts, marks)
    const said: Said[] = []
    const hashes: (readonly [string, string])[] = []
    for (const conclusion of conclusions) {
      const key = keyOf(conclusion)
      const json = JSON.stringify(conclusion.row)
      const rowHash = hashRow(json)
      hashes.push([key, rowHash])
      if (valueOf(root.said, key) !== rowHash) said.push({ id: conclusion.id, kind: conclusion.kind, json })
    }
    const current: Keyed<string> = toKeyed(hashes)
    for (const [key] of root.said) {
      if (valueOf(current, key) !== undefined) continue
      const { carrier, ...withdrawn } = fromKey(key)
      // What is concluded no more because its facts were forgotten stays in the tables.
      if (valueOf(facts, carrier) !== undefined) said.push({ ...withdrawn, json: undefined })
    }
    return { root: { facts, marks, said: current, refreshedAt: root.refreshedAt }, said }
  }
}
