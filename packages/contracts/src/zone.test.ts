import { addDays, createZone, isZoneName, weekdayOf } from './zone.ts'

describe('a local time', () => {
  const at = (zone: string, local: string): string => {
    const { at: instant, isAmbiguous } = createZone(zone).toInstant(Date.parse(`${local}Z`))
    return `${new Date(instant).toISOString()}${isAmbiguous ? ' ambiguous' : ''}`
  }
  test.each([
    ['Europe/London', '2026-01-16T09:00:00', '2026-01-16T09:00:00.000Z'],
    ['Europe/London', '2026-07-16T09:00:00', '2026-07-16T08:00:00.000Z'],
    // On 29 March 2026 the clocks go from 01:00 to 02:00.
    ['Europe/London', '2026-03-29T00:59:59', '2026-03-29T00:59:59.000Z'],
    ['Europe/London', '2026-03-29T01:00:00', '2026-03-29T01:00:00.000Z ambiguous'],
    ['Europe/London', '2026-03-29T01:59:59', '2026-03-29T01:59:59.000Z ambiguous'],
    ['Europe/London', '2026-03-29T02:00:00', '2026-03-29T01:00:00.000Z'],
    // On 25 October 2026 they go from 02:00 back to 01:00.
    ['Europe/London', '2026-10-25T00:59:59', '2026-10-24T23:59:59.000Z'],
    ['Europe/London', '2026-10-25T01:00:00', '2026-10-25T00:00:00.000Z ambiguous'],
    ['Europe/London', '2026-10-25T01:59:59', '2026-10-25T00:59:59.000Z ambiguous'],
    ['Europe/London', '2026-10-25T02:00:00', '2026-10-25T02:00:00.000Z'],
    ['America/New_York', '2019-03-10T02:30:00', '2019-03-10T07:30:00.000Z ambiguous'],
    ['Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-04T14:45:00.000Z ambiguous'], // half an hour
    ['UTC', '2026-03-29T01:30:00', '2026-03-29T01:30:00.000Z'],
    ['Asia/Kathmandu', '2026-03-29T01:30:00', '2026-03-28T19:45:00.000Z'],
  ])('in %s, %s is %s', (zone, local, expected) => {
    expect(at(zone, local)).toBe(expected)
  })

  test('needs a zone that there is', () => {
    expect(['Europe/London', 'UTC', 'Europe/Borsetshire', '+01:00', ''].map(isZoneName)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
    expect(() => createZone('Europe/Borsetshire')).toThrow(RangeError)
  })
})

describe('a local day', () => {
  test.each([
    ['Europe/London', '2026-10-24T22:59:59.999Z', '2026-10-24'],
    ['Europe/London', '2026-10-24T23:00:00Z', '2026-10-25'],
    ['Europe/London', '2026-10-25T23:59:59.999Z', '2026-10-25'],
    ['Europe/London', '2026-10-26T00:00:00Z', '2026-10-26'],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29'],
    // There was no 30 December.
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31'],
  ])('in %s at %s is %s', (zone, at, day) => {
    expect(createZone(zone).dayOf(Date.parse(at))).toBe(day)
  })

  test('begins and ends at midnight, or where the clocks leave it out behind the gap', () => {
    const at = (zone: string, day: string, minutes: number): string =>
      new Date(createZone(zone).instantOf(day, minutes)).toISOString()
    expect(at('Europe/London', '2026-03-29', 0)).toBe('2026-03-29T00:00:00.000Z')
    expect(at('Europe/London', '2026-03-29', 24 * 60)).toBe('2026-03-29T23:00:00.000Z')
    expect(at('Europe/London', '2026-03-29', 90)).toBe('2026-03-29T01:30:00.000Z')
    expect(at('America/Havana', '2026-03-08', 0)).toBe('2026-03-08T05:00:00.000Z')
  })

  test('has a day before and after, and a place in its week', () => {
    expect([addDays('2028-02-28', 2), addDays('2026-01-01', -1), addDays('1900-03-01', -1)]).toEqual([
      '2028-03-01',
      '2025-12-31',
      '1900-02-28',
    ])
    expect([weekdayOf('2026-11-16'), weekdayOf('2026-11-22')]).toEqual([0, 6])
  })
})
