/** Section 1: which of several deliveries of one record counts. */
import { compareText } from './order.ts'

/** Canonical JSON (RFC 8785): keys in UTF-16 order, numbers and strings as ECMAScript writes them. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

const canonicalRecord = (record: object): string => {
  const withoutReceived = Object.fromEntries(Object.entries(record).filter(([key]) => key !== 'received'))
  return canonicalJson(withoutReceived)
}

/** "Newest `revision` wins; none is 0; equal revisions: the greater canonical JSON." */
export const newestRevisions = <T extends { readonly revision?: number }>(
  records: readonly T[],
  identityOf: (record: T) => string,
): T[] => {
  const winners = new Map<string, T>()
  for (const record of records) {
    const identity = identityOf(record)
    const winner = winners.get(identity)
    if (winner === undefined || isNewer(record, winner)) winners.set(identity, record)
  }
  return [...winners.values()]
}

const isNewer = (a: { readonly revision?: number }, b: { readonly revision?: number }): boolean => {
  const aRevision = a.revision ?? 0
  const bRevision = b.revision ?? 0
  if (aRevision !== bRevision) return aRevision > bRevision
  return compareText(canonicalRecord(a), canonicalRecord(b)) > 0
}
