/** Rows as CSV (RFC 4180), safe to open in a spreadsheet: CONTRACT section 4. */

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** A text that a spreadsheet would take for a formula is told that it is none. */
const harmless = (text: string): string => (/^[=+\-@]/.test(text) ? `'${text}` : text)

const toCell = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return quoted(harmless(value))
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return quoted(JSON.stringify(value))
}

export const toCsvLine = (values: readonly unknown[]): string => `${values.map(toCell).join(',')}\r\n`
