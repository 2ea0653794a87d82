/** `ringback`: NDJSON, a record of CONTRACT section 1 a line. */
import type { LineFormat, LineResult } from './line-format.ts'

const JSON_REFUSED: LineResult = { kind: 'bad', refusal: { reason: 'json', pointer: '' } }

export const ringbackFormat: LineFormat = {
  name: 'ringback',
  readLine: (line) => {
    try {
      return { kind: 'record', value: JSON.parse(line) }
    } catch {
      return JSON_REFUSED
    }
  },
}
