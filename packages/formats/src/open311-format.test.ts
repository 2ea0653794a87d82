import { convertBody } from './body.ts'
import { open311Format } from './open311-format.ts'
import { CONTEXT, convertWith } from './testing/convert.ts'

const convert = convertWith(open311Format)

const request = {
  service_request_id: '638344',
  status: 'closed',
  service_name: 'Missed bin',
  service_code: '006',
  description: 'not read',
  agency_responsible: 'Waste',
  requested_datetime: '2026-11-14T06:37:38+00:00',
  updated_datetime: '2026-11-16T06:37:38-08:00',
  address: 'not read',
}
const record = {
  id: '638344',
  revision: Date.UTC(2026, 10, 16, 14, 37, 38),
  time: '2026-11-14T06:37:38.000Z',
  channel: 'other',
  queue: 'Waste',
  category: 'Missed bin',
  disposition: 'closed',
  identifiers: { case: 'open311-638344' },
}

test('a service request is a leg, and nothing of what was written or where it is', () => {
  expect(convert(request)).toEqual([record])
})

test('XML says the same', () => {
  const elements = Object.entries(request).map(([name, value]) => `<${name}>${value}</${name}>`)
  const content = `<?xml version="1.0" encoding="utf-8"?>\n<service_requests><request>${elements.join('\n')}</request></service_requests>`
  expect(convertBody(open311Format, CONTEXT, { contentType: 'text/xml', content })).toEqual({
    kind: 'pass',
    units: [[{ kind: 'record', value: record, hasAmbiguousTime: false }]],
  })
})

test.each([
  ['Constituent Call', { channel: 'phone' }],
  ['phone', { channel: 'phone' }],
  ['Email', { channel: 'email' }],
  ['Walk-in', { channel: 'face_to_face' }],
  ['Counter appointment', { channel: 'face_to_face' }],
  ['Letter', { channel: 'post' }],
  ['Text', { channel: 'sms' }],
  ['Live chat', { channel: 'webchat' }],
  ['Twitter', { channel: 'social' }],
  ['Employee Generated', { channel: 'other', actor: 'internal' }],
  ['City Worker', { channel: 'other', actor: 'internal' }],
  ['UNKNOWN', { channel: 'other' }],
])('an endpoint that tells how it came: %s', (source, expected) => {
  expect(convert({ ...request, source })).toEqual([expect.objectContaining(expected)])
  expect(convert({ ...request, extended_attributes: { channel: source } })).toEqual([expect.objectContaining(expected)])
})

test.each([
  'Web',
  'Website',
  'ONLINE',
  'Mobile',
  'Citizens Connect App',
  'Self Service',
  'iPhone',
  'open311 API',
  'Internet',
])('what residents reported by themselves is no contact: %s', (source) => {
  expect(convert({ ...request, source })).toEqual(['skip'])
})

describe("times are the council's where they tell no zone", () => {
  test.each([
    ['2026-07-14T06:37:38', { time: '2026-07-14T05:37:38.000Z' }],
    ['2026-11-14', { date: '2026-11-14' }],
  ])('%s', (requested_datetime, expected) => {
    expect(convert({ ...request, requested_datetime })).toEqual([expect.objectContaining(expected)])
  })

  test('one that was twice is told', () => {
    const [converted] = open311Format.open(CONTEXT)({ ...request, requested_datetime: '2026-10-25T01:30:00' })
    expect(converted).toMatchObject({ hasAmbiguousTime: true, value: { time: '2026-10-25T00:30:00.000Z' } })
  })
})

test.each([
  ['a token for a request that is not there yet', { token: '12345' }, 'schema service_request_id'],
  ['30 February', { ...request, requested_datetime: '2026-02-30T06:37:38Z' }, 'bad_time requested_datetime'],
])('%s is a bad row', (_, unit, expected) => {
  expect(convert(unit)).toEqual([expected])
})
