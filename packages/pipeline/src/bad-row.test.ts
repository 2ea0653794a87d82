/** A bad row says where and why; what it is named by is its place and reason alone. */
import { BAD_REASONS, badRowSchema } from '@ringback/contracts'
import * as fc from 'fast-check'
import { type BadRowOrigin, toBadRow } from './bad-row.ts'

const origin: BadRowOrigin = {
  place: '/in/web.ndjson:7',
  kind: 'web',
  source: 'website',
  received: Date.UTC(2026, 10, 16),
}

test('it has the fields of the contract, in its order', () => {
  const row = toBadRow({ reason: 'bad_time', pointer: '/time' }, origin)
  expect(row).toEqual({
    id: row.id,
    received_at: '2026-11-16T00:00:00.000Z',
    kind: 'web',
    source: 'website',
    reason: 'bad_time',
    place: '/in/web.ndjson:7',
    pointer: '/time',
  })
  expect(Object.keys(row)).toEqual(Object.keys(badRowSchema.shape))
  expect(badRowSchema.safeParse(row).success).toBe(true)
})

test('its id is stable, whenever it is received again and whatever is known of it by then', () => {
  const { id } = toBadRow({ reason: 'schema', pointer: '/id' }, origin)
  const again = { ...origin, kind: null, source: null, received: origin.received + 1 }
  expect(toBadRow({ reason: 'schema', pointer: '/session' }, again).id).toBe(id)
  expect(id).toMatch(/^[\w-]{22}$/)
})

test('its id tells places and reasons apart', () => {
  const reason = fc.constantFrom(...BAD_REASONS)
  const place = fc.oneof(
    fc.string(),
    fc.nat().map((line) => `/in/web.ndjson:${line}`),
  )
  fc.assert(
    fc.property(place, reason, place, reason, (placeA, reasonA, placeB, reasonB) => {
      const a = toBadRow({ reason: reasonA, pointer: '' }, { ...origin, place: placeA })
      const b = toBadRow({ reason: reasonB, pointer: '' }, { ...origin, place: placeB })
      expect(a.id === b.id).toBe(placeA === placeB && reasonA === reasonB)
    }),
  )
})

test('two of several records at one place are two bad rows, each with its own pointer', () => {
  const [first, second] = [0, 1].map((element) =>
    toBadRow({ reason: 'schema', pointer: '/id' }, { ...origin, element }),
  )
  expect(first?.id).not.toBe(second?.id)
  expect([first, second].map((row) => row?.pointer)).toEqual(['/0/id', '/1/id'])
  expect([first, second].map((row) => row?.place)).toEqual([origin.place, origin.place])
})
