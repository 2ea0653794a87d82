/**
 * Somebody else's format: what a unit of it holds is told as records that its sender could have written (CONTRACT section 1). The same
 * conversion serves files and webhooks; the edge checks what it makes as it checks everything.
 */
import type { RecordKind, Refusal, Zone } from '@ringback/contracts'
import type { RawRecord } from './mapped-record.ts'

/**
 * What a conversion is given: `json` an object, `csv` the cells of a row by column name (of two columns of one name the first), `line`
 * its text, `xml` an element as an object, `form` the fields of a form-encoded body.
 */
export type UnitKind = 'json' | 'csv' | 'line' | 'xml' | 'form'

export type Converted =
  | {
      readonly kind: 'record'
      readonly value: RawRecord
      /** A local time that never was, or was twice (CONTRACT section 7). */
      readonly hasAmbiguousTime?: boolean
    }
  /** Nothing that Ringback has a record for. */
  | { readonly kind: 'skip' }
  /** The pointer names a field or column, never a value. */
  | { readonly kind: 'bad'; readonly refusal: Refusal }

export interface FormatContext {
  /** The council's, for local times. */
  readonly zone: Zone
  /** A name for what may not be stored as it is (an IP address, say): the same value has the same one, and none leads back. */
  readonly pseudonymOf: (value: string) => string
}

/** Converts the units of one file, or of one door, in their order. Throws for nothing that a unit may hold. */
export type Convert = (unit: unknown) => readonly Converted[]

/** Of `xml`: the document's root element, and those of its elements that are units, none of them within another. */
export interface XmlShape {
  readonly root: string
  readonly unit: string
}

export interface Format {
  /** As `--format` and `/v1/contacts/{format}` name it. */
  readonly name: string
  readonly kind: RecordKind
  /** Of records whose source nothing else says. */
  readonly source: string
  /** What it comes as. */
  readonly units: readonly UnitKind[]
  /** Of `json`: an object with an array under one of these names is a page, whose elements are the units. */
  readonly lists?: readonly string[]
  /**
   * Of `csv`: what a file must have one column of each of, or it is another's, and is refused whole. Letter case, blanks and `_ . -`
   * do not matter.
   */
  readonly columns?: readonly (readonly string[])[]
  readonly xml?: XmlShape
  readonly open: (context: FormatContext) => Convert
}
