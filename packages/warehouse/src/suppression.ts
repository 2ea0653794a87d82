/**
 * What may leave the house (`--publish`, CONTRACT section 4): which counts of a table are withheld, so that neither they
 * nor what they were can be read off the rest. Zeros are never withheld: they name nobody.
 */

/** Counts of one row that belong together: Σ factor × count ≤ 0. A row of which it does not hold is not bound by it. */
export type Law = Readonly<Record<string, number>>

export interface SuppressionRow {
  readonly counts: Readonly<Record<string, number>>
  /** A count from 1 to the threshold − 1 is withheld. */
  readonly threshold: number
  /** The lines that the row's cells stand in: those of its task, of its week. Rows that share a name share a line. */
  readonly lines: readonly string[]
}

/** The columns of one row that are withheld. */
export type Withheld = ReadonlySet<string>

/**
 * Three rules, until none of them withholds more:
 * 1. a count from 1 to its threshold − 1;
 * 2. in a line of a column where something is withheld, the next smallest count, while what is withheld is one cell or
 *    adds up to less than the threshold (else line total − the rest would say it);
 * 3. in a row, the smallest count that stands in a law with a withheld one that the laws pin to a single number.
 */
export const withhold = (
  rows: readonly SuppressionRow[],
  columns: readonly string[],
  laws: readonly Law[],
): readonly Withheld[] => {
  const withheld = rows.map(({ counts, threshold }) => {
    const isSmall = (column: string): boolean => isPositive(counts, column) && countOf(counts, column) < threshold
    return new Set(columns.filter(isSmall))
  })
  const lines = linesOf(rows)
  const lawsOf = rows.map(({ counts }) => laws.filter((law) => sumOf(law, (column) => countOf(counts, column)) <= 0))
  for (let changed = true; changed;) {
    changed = false
    for (const line of lines)
      for (const column of columns) changed = protectLine(rows, withheld, line, column) || changed
    for (const [index, row] of rows.entries())
      changed = protectRow(row.counts, withheld[index] as Set<string>, lawsOf[index] ?? []) || changed
  }
  return withheld
}

const countOf = (counts: SuppressionRow['counts'], column: string): number => counts[column] ?? 0
const isPositive = (counts: SuppressionRow['counts'], column: string): boolean => countOf(counts, column) > 0

const sumOf = (law: Law, valueOf: (column: string) => number): number =>
  Object.entries(law).reduce((sum, [column, factor]) => sum + factor * valueOf(column), 0)

const linesOf = (rows: readonly SuppressionRow[]): readonly (readonly number[])[] => {
  const lines = new Map<string, number[]>()
  for (const [index, row] of rows.entries())
    for (const line of row.lines) {
      const members = lines.get(line)
      if (members === undefined) lines.set(line, [index])
      else members.push(index)
    }
  return [...lines.values()]
}

const protectLine = (
  rows: readonly SuppressionRow[],
  withheld: readonly Set<string>[],
  line: readonly number[],
  column: string,
): boolean => {
  const cells = line
    .map((index) => ({ index, count: countOf((rows[index] as SuppressionRow).counts, column) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => a.count - b.count || a.index - b.index)
  const hidden = cells.filter(({ index }) => withheld[index]?.has(column))
  if (hidden.length === 0) return false
  const shown = cells.filter(({ index }) => !withheld[index]?.has(column))
  const threshold = Math.max(...hidden.map(({ index }) => (rows[index] as SuppressionRow).threshold))
  let sum = hidden.reduce((total, { count }) => total + count, 0)
  let cellsHidden = hidden.length
  let changed = false
  for (const { index, count } of shown) {
    if (cellsHidden > 1 && sum >= threshold) break
    withheld[index]?.add(column)
    sum += count
    cellsHidden += 1
    changed = true
  }
  return changed
}

const protectRow = (counts: SuppressionRow['counts'], withheld: Set<string>, laws: readonly Law[]): boolean => {
  let changed = false
  for (;;) {
    const bounds = boundsOf(counts, withheld, laws)
    const pinned = [...withheld].filter((column) => bounds.get(column)?.low === bounds.get(column)?.high)
    const partners = laws
      .filter((law) => pinned.some((column) => column in law))
      .flatMap((law) => Object.keys(law))
      .filter((column) => isPositive(counts, column) && !withheld.has(column))
    const smallest = partners.toSorted((a, b) => countOf(counts, a) - countOf(counts, b))[0]
    if (smallest === undefined) return changed
    withheld.add(smallest)
    changed = true
  }
}

interface Bounds {
  readonly low: number
  readonly high: number
}

/** What a reader of one row can conclude about its withheld counts, each of which is at least 1. */
export const boundsOf = (
  counts: SuppressionRow['counts'],
  withheld: Withheld,
  laws: readonly Law[],
): ReadonlyMap<string, Bounds> => {
  const bounds = new Map<string, Bounds>()
  for (const column of new Set(laws.flatMap((law) => Object.keys(law)).concat([...withheld])))
    bounds.set(
      column,
      withheld.has(column)
        ? { low: 1, high: Infinity }
        : { low: countOf(counts, column), high: countOf(counts, column) },
    )
  for (let changed = true; changed;) {
    changed = false
    for (const law of laws) changed = tighten(bounds, law) || changed
  }
  return bounds
}

/** Σ factor × count ≤ 0 bounds each count by the least that the others can come to. */
const tighten = (bounds: Map<string, Bounds>, law: Law): boolean => {
  let changed = false
  for (const [column, factor] of Object.entries(law)) {
    const { low, high } = bounds.get(column) as Bounds
    if (low >= high) continue
    let others = 0
    for (const [other, weight] of Object.entries(law)) {
      if (other === column) continue
      const of = bounds.get(other) as Bounds
      others += weight > 0 ? weight * of.low : weight * of.high
    }
    const limit = -others / factor
    const next =
      factor > 0 ? { low, high: Math.min(high, Math.floor(limit)) } : { low: Math.max(low, Math.ceil(limit)), high }
    if (next.low === low && next.high === high) continue
    bounds.set(column, next)
    changed = true
  }
  return changed
}
