/**
 * Reads the units of an XML document of any size, one element after the other. Only elements are handed to a parser, never the
 * document: what a DTD says is not read, and there are no entities but XML's own five and characters by number.
 */
import type { Refusal } from '@ringback/contracts'
import { XMLParser } from 'fast-xml-parser'
import { createCellDecoder } from './cell-text.ts'
import type { Convert, XmlShape } from './format.ts'
import type { InputProblem } from './input-problem.ts'
import { LF } from './line-blocks.ts'
import type { Encoding } from './mapping.ts'
import type { Reader } from './reader.ts'
import { createRows } from './rows.ts'
import { ENCODING, isJsonObject, type JsonObject, NO_OBJECT, TOO_LARGE, UNIT_BYTES } from './unit.ts'

/** A document's first tag stands within so many bytes. */
const HEAD_BYTES = 4_096
const DECLARATION = /<![A-Z]/
const SLASH = 0x2f
const COMMENT = '<!--'
const COMMENT_END = '-->'

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: true })

/** An element's content by the names in it; undefined where it is no XML. */
const parseElement = (text: string, name: string): JsonObject | undefined => {
  // Nothing is declared within an element.
  if (DECLARATION.test(text.replaceAll('<![CDATA[', ''))) return undefined
  try {
    const document = parser.parse(text, true) as JsonObject
    const content = document[name]
    if (content === '') return {}
    return isJsonObject(content) ? content : undefined
  } catch {
    return undefined
  }
}

/** Behind the first `sign` from there on; the end, if there is none. */
const behind = (text: string, sign: string, from: number): number => {
  const at = text.indexOf(sign, from)
  return at < 0 ? text.length : at + sign.length
}

/** The name of a document's first tag, behind declarations and comments. */
const rootOf = (head: string): string | undefined => {
  let at = 0
  for (;;) {
    while (/\s/.test(head.charAt(at))) at++
    if (head.startsWith('<?', at)) at = behind(head, '?>', at)
    else if (head.startsWith(COMMENT, at)) at = behind(head, COMMENT_END, at)
    else if (head.startsWith('<!', at)) {
      const end = behind(head, '>', at)
      const subset = head.indexOf('[', at)
      at = subset >= 0 && subset < end ? behind(head, '>', behind(head, ']', subset)) : end
    } else return /^<([\w.:-]+)/.exec(head.slice(at))?.[1]
  }
}

const statedEncoding = (head: string): Encoding | undefined => {
  const stated = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.-]+)/i.exec(head)?.[1]?.toLowerCase()
  if (stated === 'iso-8859-1' || stated === 'latin1') return 'latin-1'
  return stated === 'windows-1252' ? stated : undefined
}

const countFeeds = (bytes: Buffer): number => {
  let count = 0
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++
  return count
}

/** Behind a tag's name: not a longer name. */
const endsName = (byte: number | undefined): boolean => byte !== undefined && /[\s/>]/.test(String.fromCharCode(byte))

type Find = (bytes: Buffer, from: number) => number

/** Where the next tag of exactly that name is, as far as can be told; -1 if there is none. */
const findTag = (bytes: Buffer, tag: string, from: number): number => {
  let at = bytes.indexOf(tag, from)
  while (at >= 0 && at + tag.length < bytes.length && !endsName(bytes[at + tag.length])) at = bytes.indexOf(tag, at + 1)
  return at
}

/** Remembers what was found, so that what lies far ahead is not searched for anew from every place before it. */
const createFinder = (find: Find): Find => {
  let searched: Buffer | undefined
  let searchedFrom = 0
  let found = -1
  return (bytes, from) => {
    if (bytes !== searched || from < searchedFrom || (found >= 0 && found < from)) {
      found = find(bytes, from)
      searched = bytes
      searchedFrom = from
    }
    return found
  }
}

type Told = { readonly element: JsonObject } | { readonly refusal: Refusal }

export interface XmlUnits {
  /** The document's next bytes; false where its root is another, and it is refused whole. `marked` by a byte order mark. */
  readonly read: (bytes: Buffer, marked: boolean) => boolean
  readonly end: () => void
}

/** Tells each unit, or why it cannot be read, and the line that it begins on, counted by line feeds. */
export const createXmlUnits = ({ root, unit }: XmlShape, tell: (told: Told, line: number) => void): XmlUnits => {
  const opening = `<${unit}`
  const closing = `</${unit}`
  const longest = Math.max(COMMENT.length, opening.length) + 1
  let decoder: ReturnType<typeof createCellDecoder> | undefined
  let rest: Buffer = Buffer.alloc(0)
  let line = 1
  /** What is dropped up to its end: an element that is too long, or a comment. */
  let dropUpTo: string | undefined

  const findOpening = createFinder((bytes, from) => findTag(bytes, opening, from))
  const findClosing = createFinder((bytes, from) => findTag(bytes, closing, from))
  const findComment = createFinder((bytes, from) => bytes.indexOf(COMMENT, from))
  /** Where the next element begins; a comment before it is told by its own beginning. */
  const findNext = (bytes: Buffer, from: number): number => {
    const at = findOpening(bytes, from)
    const comment = findComment(bytes, from)
    return comment >= 0 && (at < 0 || comment < at) ? comment : at
  }
  /** Where the element's last `>` is; -1 if it is not there yet. */
  const endOf = (bytes: Buffer, start: number): number => {
    const tagEnd = bytes.indexOf('>', start)
    if (tagEnd > 0 && bytes[tagEnd - 1] === SLASH) return tagEnd
    const close = findClosing(bytes, start)
    return close < 0 ? -1 : bytes.indexOf('>', close)
  }
  const visit = (bytes: Buffer): void => {
    const text = decoder?.decode(bytes, 0, bytes.length)
    if (text === undefined) return tell({ refusal: ENCODING }, line)
    const element = parseElement(text, unit)
    tell(element === undefined ? { refusal: NO_OBJECT } : { element }, line)
  }
  /** Reads what is whole in the bytes; gives where the rest begins. */
  const readUnits = (bytes: Buffer): number => {
    let at = 0
    const advance = (to: number): void => {
      line += countFeeds(bytes.subarray(at, to))
      at = to
    }
    for (;;) {
      if (dropUpTo !== undefined) {
        const end = dropUpTo === COMMENT_END ? bytes.indexOf(dropUpTo, at) : findClosing(bytes, at)
        // A tag at the very end may be one of a longer name.
        if (end < 0 || end + dropUpTo.length === bytes.length) {
          advance(Math.max(at, bytes.length - dropUpTo.length))
          return at
        }
        advance(end + dropUpTo.length)
        dropUpTo = undefined
      }
      const start = findNext(bytes, at)
      if (start < 0) {
        advance(Math.max(at, bytes.length - longest))
        return at
      }
      advance(start)
      if (bytes.toString('latin1', at, at + COMMENT.length) === COMMENT) {
        advance(at + COMMENT.length)
        dropUpTo = COMMENT_END
        continue
      }
      const end = endOf(bytes, at)
      if ((end < 0 ? bytes.length : end) - at > UNIT_BYTES) {
        tell({ refusal: TOO_LARGE }, line)
        dropUpTo = closing
        continue
      }
      if (end < 0) return at
      visit(bytes.subarray(at, end + 1))
      advance(end + 1)
    }
  }
  return {
    read: (block, marked) => {
      const bytes = rest.length === 0 ? block : Buffer.concat([rest, block])
      if (decoder === undefined) {
        const head = bytes.toString('latin1', 0, HEAD_BYTES)
        if (rootOf(head) !== root) return false
        decoder = createCellDecoder(statedEncoding(head) ?? 'utf-8')
      }
      decoder.learn(bytes, marked)
      rest = Buffer.from(bytes.subarray(readUnits(bytes)))
      return true
    },
    end: () => {
      // The document is cut within an element.
      if (dropUpTo === undefined && findNext(rest, 0) >= 0) tell({ refusal: NO_OBJECT }, line)
    },
  }
}

/** `file` is how a problem names it: a document with another root is refused whole. */
export const createXmlReader = (shape: XmlShape, convert: Convert, file: string): Reader => {
  const rows = createRows()
  const units = createXmlUnits(shape, (told, line) => {
    if ('refusal' in told) rows.refuse(line, told.refusal)
    else for (const converted of convert(told.element)) rows.add(line, converted)
  })
  const message = `it is no XML document with the root element <${shape.root}>`
  const problem: InputProblem = { kind: 'header', file, line: 1, message, advice: 'Check the file and the format' }
  return {
    read: ({ buffer, marked }) => (units.read(buffer, marked) ? rows.take() : problem),
    end: () => {
      units.end()
      return rows.take()
    },
  }
}
