/**
 * Messages of the household log as they lie on its topic: the key is the node, the value JSON without it. What carries a whole
 * household may be larger than a message can be, and is cut into several that together say the same.
 */
import type { CarrierFacts, HouseholdFacts, Keyed } from '@ringback/journeys'
import type { CarrierRange, FactsMessage, LogMessage, Message } from './messages.ts'
import type { NodeName } from './order.ts'

/** HOUSEHOLD-LOG, When a household moves. In characters, of which few take more than one byte. */
export const MOST_CHARACTERS = 512 * 1024

const encodeFacts = ({ facts, marks, claims, isOwn, isSnapshot, range, isPiece }: FactsMessage): string =>
  JSON.stringify({
    kind: 'facts',
    facts: facts.length === 0 ? undefined : facts,
    marks: marks.length === 0 ? undefined : marks,
    claims: claims.length === 0 ? undefined : claims,
    isOwn,
    isSnapshot,
    range,
    isPiece,
  })

/** The values that stand for a message: one, or those of its parts. */
export const encodeMessage = (message: LogMessage, most = MOST_CHARACTERS): readonly string[] => {
  if (message.kind !== 'facts') return [JSON.stringify({ ...message, node: undefined })]
  const value = encodeFacts(message)
  return value.length <= most ? [value] : splitFacts(message, most).map(encodeFacts)
}

/** What was encoded for a node; of a message to a partition the key says nothing. Throws where it is none of ours. */
export const decodeMessage = (node: NodeName, json: string): LogMessage => {
  const body = JSON.parse(json) as Partial<LogMessage>
  switch (body.kind) {
    case 'facts':
      return { facts: [], marks: [], claims: [], ...body, kind: 'facts', node }
    case 'link':
    case 'seen':
      return { ...body, node } as Message
    case 'judge':
    case 'rules':
      return body as LogMessage
    case undefined:
  }
  throw new TypeError('a message on the household log that is none of ours')
}

type Entry = readonly [name: NodeName, facts: CarrierFacts]

const halves = <T>(entries: Keyed<T>): readonly [Keyed<T>, Keyed<T>] => {
  const middle = entries.length >> 1
  return [entries.slice(0, middle), entries.slice(middle)]
}

/** Two that merge to this one; undefined where it cannot be cut. Facts merge like sets, so any cut will do. */
const cutCarrier = ({ own, tokens }: CarrierFacts): readonly CarrierFacts[] | undefined => {
  if (own.kind === 'contact' && own.legs.length > 1)
    return halves(own.legs).map((legs) => ({ own: { ...own, legs }, tokens }))
  if (own.kind !== 'session') return undefined
  if (own.floating.length > 0 && own.attempts.length > 0)
    return [
      { own: { ...own, attempts: [] }, tokens },
      { own: { ...own, floating: [] }, tokens },
    ]
  if (own.floating.length > 1) return halves(own.floating).map((floating) => ({ own: { ...own, floating }, tokens }))
  if (own.attempts.length > 1) return halves(own.attempts).map((attempts) => ({ own: { ...own, attempts }, tokens }))
  const [attempt] = own.attempts
  if (!attempt || attempt[1].kinds.length < 2) return undefined
  const [task, { spans, kinds }] = attempt
  return halves(kinds).map((part) => ({ own: { ...own, attempts: [[task, { spans, kinds: part }]] }, tokens }))
}

interface Part {
  readonly entries: Entry[]
  /** Of one carrier that had to be cut itself. */
  readonly isPiece: boolean
}

const packCarriers = (facts: HouseholdFacts, most: number): Part[] => {
  const parts: Part[] = []
  let room = 0
  const add = (name: NodeName, carrier: CarrierFacts, isPiece: boolean): void => {
    const size = JSON.stringify(carrier).length
    const pieces = size > most ? cutCarrier(carrier) : undefined
    if (pieces) {
      for (const piece of pieces) add(name, piece, true)
      return
    }
    const last = parts.at(-1)
    if (last && !isPiece && !last.isPiece && size <= room) last.entries.push([name, carrier])
    else {
      parts.push({ entries: [[name, carrier]], isPiece })
      room = most
    }
    room -= size
  }
  for (const [name, carrier] of facts) add(name, carrier, false)
  return parts
}

/** Marks and claims of one part: some 60 characters each. */
const MOST_NAMES = 4_000

const slices = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.max(1, Math.ceil(items.length / MOST_NAMES)) }, (_, i) =>
    items.slice(i * MOST_NAMES, (i + 1) * MOST_NAMES),
  )

/** Before and behind the names of all carriers. */
const [BEGIN, END] = ['', 't']

/**
 * A message as several of which a fold takes all for this one. Marks go first, so that nothing is judged without them; claims last,
 * when all that they were concluded from is there. The parts of a snapshot say which carriers they speak for, since each is
 * compared by itself with what the root knows by then; pieces of one carrier speak for none.
 */
const splitFacts = (message: FactsMessage, most: number): readonly FactsMessage[] => {
  const carriers = packCarriers(message.facts, most)
  // Between the pieces of a carrier, or where there are no carriers, marks and claims need a part of their own.
  if (carriers[0]?.isPiece !== false) carriers.unshift({ entries: [], isPiece: false })
  if (carriers.at(-1)?.isPiece) carriers.push({ entries: [], isPiece: false })
  const marks = slices(message.marks)
  const claims = slices(message.claims)
  const parts: FactsMessage[] = []
  const say = (part: Pick<FactsMessage, 'facts' | 'marks' | 'claims'>, range: CarrierRange): void => {
    parts.push({ ...message, ...part, ...(message.isSnapshot ? { range } : {}) })
  }
  for (const more of marks.slice(1)) say({ facts: [], marks: more, claims: [] }, [BEGIN, BEGIN])
  let after: NodeName | null = marks.length > 1 ? BEGIN : null
  for (const [i, { entries, isPiece }] of carriers.entries()) {
    const isLast = i === carriers.length - 1
    const name = entries.at(-1)?.[0] ?? (isLast ? END : BEGIN)
    const until = isLast && claims.length === 1 ? null : name
    const part = { facts: entries, marks: (i === 0 && marks[0]) || [], claims: (isLast && claims[0]) || [] }
    if (isPiece && message.isSnapshot) parts.push({ ...message, ...part, range: [after, name], isPiece })
    else say(part, [after, until])
    after = name
  }
  for (const more of claims.slice(1)) say({ facts: [], marks: [], claims: more }, [END, END])
  return parts
}
