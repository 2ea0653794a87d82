/** The time, day or revision that a mapped text says. */
import {
  formatInstant,
  type Instant,
  type LocalDay,
  type LocalTime,
  type RecordKind,
  type Zone,
} from '@ringback/contracts'
import { isStorable, parseTimeFormat, type TimeFormat, type TimeReading } from './time-format.ts'

export interface CellTime {
  readonly field: 'time' | 'date' | 'revision'
  readonly value: string | number
  readonly isAmbiguous: boolean
}

const compileFormats = (patterns: readonly string[]): readonly TimeFormat[] =>
  patterns.flatMap((pattern) => {
    const result = parseTimeFormat(pattern)
    return result.kind === 'pass' ? [result.format] : []
  })

const toLocalTime = (reading: TimeReading, zone: Zone | undefined): LocalTime | undefined => {
  if (reading.kind === 'instant') return { at: reading.at, isAmbiguous: false }
  return reading.kind === 'local' ? zone?.toInstant(reading.local) : undefined
}

const isoDay = (at: Instant): LocalDay => new Date(at).toISOString().slice(0, 10)

const toDay = (reading: TimeReading, zone: Zone | undefined): LocalDay => {
  if (reading.kind === 'day') return reading.day
  if (reading.kind === 'local') return isoDay(reading.local)
  return zone?.dayOf(reading.at) ?? isoDay(reading.at)
}

/**
 * Reads with the first format that fits. A local time needs the zone. Where the `time` of a contact says only a day
 * it becomes its `date`, for no false time is given (SEMANTICS section 6). A `revision` read so is in milliseconds.
 */
export const createTimeReader = (
  field: CellTime['field'],
  kind: RecordKind,
  patterns: readonly string[],
  zone: Zone | undefined,
): ((text: string) => CellTime | undefined) => {
  const formats = compileFormats(patterns)
  return (text) => {
    let reading: TimeReading | undefined
    for (const format of formats) if ((reading = format.read(text)) !== undefined) break
    if (reading === undefined) return undefined
    const isDay = field === 'date' || (field === 'time' && kind === 'contacts' && reading.kind === 'day')
    if (isDay) return { field: 'date', value: toDay(reading, zone), isAmbiguous: false }
    const time = toLocalTime(reading, zone)
    if (time === undefined || !isStorable(time.at)) return undefined
    const value = field === 'revision' ? Math.max(0, time.at) : formatInstant(time.at)
    return { field, value, isAmbiguous: time.isAmbiguous }
  }
}
