/** The body of a webhook in somebody else's format: what a file is to `import`. */
import type { Refusal } from '@ringback/contracts'
import type { Convert, Converted, Format, FormatContext, UnitKind, XmlShape } from './format.ts'
import { isJsonObject, JSON_REFUSED, NO_OBJECT, parseJson } from './unit.ts'
import { createXmlUnits } from './xml-reader.ts'

export interface Body {
  /** As the header says it; without one JSON is tried. */
  readonly contentType: string | undefined
  /** Its text, or JSON that was parsed already. */
  readonly content: unknown
}

export type BodyResult =
  /** What became of each of its units, in their order. */
  | { readonly kind: 'pass'; readonly units: readonly (readonly Converted[])[] }
  /** Of that type the format has nothing: 415. */
  | { readonly kind: 'unsupported' }
  /** It is not what its type says: 400. */
  | { readonly kind: 'bad'; readonly refusal: Refusal }

const UNSUPPORTED: BodyResult = { kind: 'unsupported' }

const mediaType = (contentType = ''): string => contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** The units of parsed JSON: an array's elements, those of a page's lists, or the one value. */
const unitsOf = (value: unknown, lists: readonly string[]): readonly unknown[] => {
  if (Array.isArray(value)) return value
  if (!isJsonObject(value)) return [value]
  const arrays = lists.map((name) => value[name]).filter((list) => Array.isArray(list))
  return arrays.length > 0 ? arrays.flat() : [value]
}

const refused = (refusal: Refusal): readonly Converted[] => [{ kind: 'bad', refusal }]

const convertJson = (format: Format, convert: Convert, content: unknown): BodyResult => {
  const value = typeof content === 'string' ? parseJson(content) : content
  if (value === undefined) return { kind: 'bad', refusal: JSON_REFUSED }
  const units = unitsOf(value, format.lists ?? [])
  return { kind: 'pass', units: units.map((unit) => (isJsonObject(unit) ? convert(unit) : refused(NO_OBJECT))) }
}

const convertXml = (shape: XmlShape, convert: Convert, content: string): BodyResult => {
  const units: (readonly Converted[])[] = []
  const reader = createXmlUnits(shape, (told) =>
    units.push('refusal' in told ? refused(told.refusal) : convert(told.element)),
  )
  if (!reader.read(Buffer.from(content), true)) return { kind: 'bad', refusal: NO_OBJECT }
  reader.end()
  return { kind: 'pass', units }
}

/** Of a field that occurs more than once the first counts. */
const fieldsOf = (content: string): Record<string, string> =>
  Object.fromEntries([...new URLSearchParams(content)].reverse())

/**
 * Converts a body by its type: JSON (an object, an array, a page), form-encoded fields, XML. What it makes still goes through the edge,
 * as what is read of a file does.
 */
export const convertBody = (format: Format, context: FormatContext, { contentType, content }: Body): BodyResult => {
  const type = mediaType(contentType)
  const has = (kind: UnitKind): boolean => format.units.includes(kind)
  const convert = format.open(context)
  if (type === 'application/x-www-form-urlencoded') {
    if (!has('form')) return UNSUPPORTED
    return { kind: 'pass', units: [convert(typeof content === 'string' ? fieldsOf(content) : content)] }
  }
  if (/^(?:text|application)\/(?:.+\+)?xml$/.test(type)) {
    if (format.xml === undefined || typeof content !== 'string') return UNSUPPORTED
    return convertXml(format.xml, convert, content)
  }
  return has('json') ? convertJson(format, convert, content) : UNSUPPORTED
}
