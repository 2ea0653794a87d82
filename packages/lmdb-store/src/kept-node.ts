/**
 * The form in which a node is kept: lists without the names of fields, which are the same for every node. Most of what is
 * written and read is this.
 */
import type { EvidenceState, NodeState, RootState } from '@ringback/households'

type HouseholdFacts = RootState['facts']
type CarrierTokens = NonNullable<NodeState['tokens']>
type OwnFacts = HouseholdFacts[number][1]['own']
type SessionFacts = OwnFacts & { readonly kind: 'session' }

/** People beside a token are mostly tokens of the same list: of those, where they stand. */
type KeptTokens = readonly (readonly [token: string, shows: boolean, people: readonly (number | string)[]])[]

type KeptOwn =
  | readonly [
      kind: 'session',
      received: number,
      first: number,
      last: number,
      isExcluded: boolean,
      device: SessionFacts['device'],
      attempts: readonly (readonly [task: string, spans: readonly number[], kinds: SessionFacts['floating']])[],
      floating: SessionFacts['floating'],
    ]
  | readonly [
      kind: 'contact',
      received: number,
      legs: readonly (readonly [id: string, revision: number, canonical: string, received: number])[],
    ]
  | readonly [kind: 'profile', received: number, revision: number, canonical: string]

type KeptRoot = readonly [
  facts: readonly (readonly [carrier: string, own: KeptOwn, tokens: KeptTokens])[],
  marks: RootState['marks'],
  said: RootState['said'],
  refreshedAt: number,
]

type KeptEvidence = readonly [
  seenAt: number,
  isShared: boolean,
  carriers: EvidenceState['carriers'],
  people: EvidenceState['people'],
]

export type KeptNode = readonly [
  /** Since a node is found by a hash of it. */
  name: string,
  /** When it was last written. */
  day: number,
  parent: string | null,
  touchedAt: number | null,
  isExcluded: boolean,
  /** true: those of its household's only carrier. */
  tokens: KeptTokens | true | null,
  evidence: KeptEvidence | null,
  root: KeptRoot | null,
]

const keepTokens = (tokens: CarrierTokens): KeptTokens => {
  const names = tokens.map(([token]) => token)
  const place = (person: string): number | string => {
    const at = names.indexOf(person)
    return at < 0 ? person : at
  }
  return tokens.map(([token, { shows, people }]) => [token, shows, people.map(place)])
}

const recallTokens = (kept: KeptTokens): CarrierTokens =>
  kept.map(([token, shows, people]) => [
    token,
    { shows, people: people.map((person) => (typeof person === 'string' ? person : (kept[person]?.[0] ?? ''))) },
  ])

const keepOwn = (own: OwnFacts): KeptOwn => {
  switch (own.kind) {
    case 'session': {
      const attempts = own.attempts.map(([task, { spans, kinds }]) => [task, spans, kinds] as const)
      const { kind, received, first, last, isExcluded, device, floating } = own
      return [kind, received, first, last, isExcluded, device, attempts, floating]
    }
    case 'contact':
      return [
        own.kind,
        own.received,
        own.legs.map(([id, { revision, canonical, received }]) => [id, revision, canonical, received]),
      ]
    case 'profile':
      return [own.kind, own.received, own.revision, own.canonical]
  }
}

const recallOwn = (kept: KeptOwn): OwnFacts => {
  switch (kept[0]) {
    case 'session': {
      const [kind, received, first, last, isExcluded, device, keptAttempts, floating] = kept
      const attempts = keptAttempts.map(([task, spans, kinds]) => [task, { spans, kinds }] as const)
      return { kind, received, first, last, isExcluded, device, attempts, floating }
    }
    case 'contact': {
      const [kind, received, legs] = kept
      return {
        kind,
        received,
        legs: legs.map(([id, revision, canonical, at]) => [id, { revision, canonical, received: at }]),
      }
    }
    case 'profile': {
      const [kind, received, revision, canonical] = kept
      return { kind, received, revision, canonical }
    }
  }
}

const keepRoot = ({ facts, marks, said, refreshedAt }: RootState): KeptRoot => [
  facts.map(([carrier, { own, tokens }]) => [carrier, keepOwn(own), keepTokens(tokens)]),
  marks,
  said,
  refreshedAt,
]

const recallFacts = (kept: KeptRoot[0]): HouseholdFacts =>
  kept.map(([carrier, own, tokens]) => [carrier, { own: recallOwn(own), tokens: recallTokens(tokens) }])

const keepEvidence = ({ seenAt, isShared, carriers, people }: EvidenceState): KeptEvidence => [
  seenAt,
  isShared,
  carriers,
  people,
]

export const keepNode = (name: string, day: number, state: NodeState): KeptNode => {
  const { parent, touchedAt, isExcluded, tokens, evidence, root } = state
  const areTheOnly = root?.facts.length === 1 && root.facts[0]?.[1].tokens === tokens
  return [
    name,
    day,
    parent ?? null,
    touchedAt ?? null,
    isExcluded ?? false,
    areTheOnly || (tokens ? keepTokens(tokens) : null),
    evidence ? keepEvidence(evidence) : null,
    root ? keepRoot(root) : null,
  ]
}

export const holdsRoot = (kept: KeptNode): boolean => kept[7] !== null

export const recallNode = ([, , parent, touchedAt, isExcluded, tokens, evidence, root]: KeptNode): NodeState => {
  const facts = root ? recallFacts(root[0]) : []
  const known = tokens === true ? facts[0]?.[1].tokens : tokens ? recallTokens(tokens) : undefined
  return {
    ...(parent !== null && { parent }),
    ...(touchedAt !== null && { touchedAt }),
    ...(isExcluded && { isExcluded }),
    ...(known && { tokens: known }),
    ...(evidence && {
      evidence: { seenAt: evidence[0], isShared: evidence[1], carriers: evidence[2], people: evidence[3] },
    }),
    ...(root && { root: { facts, marks: root[1], said: root[2], refreshedAt: root[3] } }),
  }
}
