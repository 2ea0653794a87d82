import { FORMAT_NAMES } from '@ringback/formats'
import { planImport } from './import-command.ts'
import type { Io } from './io.ts'

const io = { cwd: __dirname } as Io
const plan = (values: Readonly<Record<string, string>>) =>
  planImport(
    {
      values,
      positionals: ['calls.json'],
      wantsHelp: false,
      common: { config: undefined, data: '', now: undefined, json: false },
    },
    io,
  )

test.each(FORMAT_NAMES)('%s is a format', (name) => {
  expect(plan({ format: name }).format).toBe(name)
})

test('an unknown format is refused with the names of all', () => {
  expect(FORMAT_NAMES).toEqual(expect.arrayContaining(['ringback', 'amazon-connect', 'open311', 'twilio', 'zendesk']))
  expect(() => plan({ format: 'banana' })).toThrow(FORMAT_NAMES.join(', '))
})

test.each([
  [{ format: 'zendesk', kind: 'web' }, 'zendesk is contacts, not web'],
  [{ format: 'zendesk', mapping: 'zendesk.yaml' }, 'takes no --mapping'],
  [{ format: 'ringback', kind: 'calls' }, 'expected one of web, contacts, profiles'],
])('%j do not go together', (values, message) => {
  expect(() => plan(values)).toThrow(message)
})

test('the kind that a format has may be said', () => {
  expect(plan({ format: 'zendesk', kind: 'contacts', source: 'helpdesk' })).toMatchObject({
    kind: 'contacts',
    source: 'helpdesk',
  })
})
