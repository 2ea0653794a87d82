/** "Ids and tokens are compared as JavaScript compares strings. Where times tie, the smaller id comes first." */

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const compareTimeThenId = (aTime: number, aId: string, bTime: number, bId: string): number =>
  aTime !== bTime ? aTime - bTime : compareText(aId, bId)

export const sortedTexts = (texts: Iterable<string>): string[] => [...new Set(texts)].sort(compareText)

export const sortedNumbers = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b)

export const roundTo = (value: number, decimals: number): number => {
  const rounded = Math.round(value * 10 ** decimals) / 10 ** decimals
  return rounded === 0 ? 0 : rounded
}
