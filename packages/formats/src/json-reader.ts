/** Reads a file of JSON, however its units are laid out in it. */
import { isUtf8 } from 'node:buffer'
import type { Convert, Format } from './format.ts'
import { createJsonScanner } from './json-scanner.ts'
import type { Reader } from './reader.ts'
import { createRows } from './rows.ts'
import { ENCODING, isJsonObject, JSON_REFUSED, NO_OBJECT, parseJson, TOO_LARGE, UNIT_BYTES } from './unit.ts'

const isObjectText = (line = ''): boolean => isJsonObject(parseJson(line))

/**
 * Whether a file is of one object a line, by its beginning: of its first two lines one is an object by itself (the other may be
 * damaged). Within a value that is laid out over lines no second line begins with a brace.
 */
export const isJsonLines = (head: string): boolean => {
  const [first, second] = head.split('\n').filter((line) => line.trim() !== '')
  return first?.trimStart().startsWith('{') === true && (isObjectText(first) || isObjectText(second))
}

/** `isLines` as `isJsonLines` tells it. Lines are counted by their line feeds. */
export const createJsonReader = ({ lists = [] }: Format, convert: Convert, isLines: boolean): Reader => {
  const rows = createRows()
  const scanner = createJsonScanner({
    lists,
    isLines,
    unitBytes: UNIT_BYTES,
    visit: (unit, line) => {
      if (unit === 'large') return rows.refuse(line, TOO_LARGE)
      if (unit === 'cut') return rows.refuse(line, JSON_REFUSED)
      if (!isUtf8(unit)) return rows.refuse(line, ENCODING)
      const value = parseJson(unit.toString())
      if (isJsonObject(value)) for (const converted of convert(value)) rows.add(line, converted)
      else rows.refuse(line, value === undefined ? JSON_REFUSED : NO_OBJECT)
    },
  })
  return {
    read: ({ buffer }) => {
      scanner.scan(buffer)
      return rows.take()
    },
    end: () => {
      scanner.end()
      return rows.take()
    },
  }
}
