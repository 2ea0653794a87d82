/**
 * Conclusions as they lie on their topic (CONTRACT section 6): `{id, kind, version, row}`, without `row` a withdrawal. The row is JSON
 * already where it is said, and goes on as that text to the tables: it is never written anew on its way.
 */
import { formatInstant, type Instant, parseInstant } from '@ringback/contracts'

/** A row, or its withdrawal, with the version by which it prevails. */
export interface VersionedConclusion {
  readonly kind: 'journey' | 'contact'
  readonly id: string
  /** The row as JSON; undefined: withdrawn. */
  readonly json: string | undefined
  /** A decimal UInt128. */
  readonly version: string
}

/** A contact feed is complete up to an instant. */
export interface FeedDeclaration {
  readonly kind: 'feed'
  readonly source: string
  readonly completeTo: Instant
}

export type TopicConclusion = VersionedConclusion | FeedDeclaration

const headOf = (id: string, kind: string, version: string): string =>
  `{"id":${JSON.stringify(id)},"kind":"${kind}","version":"${version}"`

/** The value; its key is the id. */
export const encodeConclusion = ({ id, kind, json, version }: VersionedConclusion): string =>
  json === undefined ? `${headOf(id, kind, version)}}` : `${headOf(id, kind, version)},"row":${json}}`

const feedId = (source: string): string => `feed:${source}`

/** Key and value. The greatest declaration counts, so its time is its version. */
export const encodeDeclaration = ({ source, completeTo }: Omit<FeedDeclaration, 'kind'>) => ({
  key: feedId(source),
  value: `${headOf(feedId(source), 'feed', String(completeTo))},"row":${JSON.stringify({ source, complete_to: formatInstant(completeTo) })}}`,
})

const notOurs = (): TypeError => new TypeError('a message on `conclusions` that is none of ours')

const VERSION = /^\d{1,39}$/

const parseDeclaration = (row: unknown): FeedDeclaration => {
  const { source, complete_to } = (row ?? {}) as { readonly source?: unknown; readonly complete_to?: unknown }
  const completeTo = typeof complete_to === 'string' ? parseInstant(complete_to) : undefined
  if (typeof source !== 'string' || source === '' || completeTo === undefined) throw notOurs()
  return { kind: 'feed', source, completeTo }
}

/** What was encoded. Throws where it is none of ours. */
export const parseConclusion = (text: string): TopicConclusion => {
  const value = JSON.parse(text) as unknown
  if (typeof value !== 'object' || value === null) throw notOurs()
  const { id, kind, version, row } = value as Readonly<Record<string, unknown>>
  if (kind === 'feed') return parseDeclaration(row)
  if (kind !== 'journey' && kind !== 'contact') throw notOurs()
  if (typeof id !== 'string' || typeof version !== 'string' || !VERSION.test(version)) throw notOurs()
  if (row === undefined) return { kind, id, json: undefined, version }
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw notOurs()
  const before = `${headOf(id, kind, version)},"row":`
  // Written by others, or by hand, it may look otherwise and say the same; a line of an insert it must be.
  const isAsEncoded = text.startsWith(before) && !text.includes('\n')
  const json = isAsEncoded ? text.slice(before.length, text.lastIndexOf('}')) : JSON.stringify(row)
  return { kind, id, json, version }
}
