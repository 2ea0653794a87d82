import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RingbackError } from '@ringback/pipeline'
import type { ImportSummary } from './import-command.ts'
import { openInboxFolder } from './inbox-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringback-inbox-folder-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SUMMARY: ImportSummary = {
  read: 1,
  accepted: 1,
  skipped: 0,
  bad: {},
  counted: { superseded: 0, unknown_task: 0, ambiguous_time: 0, no_token: {} },
  seconds: 0,
}

let made = 0
/** An inbox whose imports are told, and do what the test says; its clock is 10 s ahead of all that is written. */
const openIt = (importFile: (path: string, content: string) => ImportSummary = () => SUMMARY) => {
  const dataDir = join(folder, String(++made))
  mkdirSync(join(dataDir, 'inbox', 'telephony'), { recursive: true })
  const imported: string[] = []
  const troubles: string[] = []
  const inbox = openInboxFolder({
    dataDir,
    clock: () => Date.now() + 10_000,
    inboxImport: () => ({
      clock: () => 0,
      importFile: async (path, said) => {
        said.push('a sentence')
        imported.push(path)
        return importFile(path, readFileSync(path, 'utf8'))
      },
    }),
    onReport: () => undefined,
    onTrouble: (_file, { message }) => troubles.push(message),
  })
  const feed = join(dataDir, 'inbox', 'telephony')
  const put = (name: string, content = name): string => {
    writeFileSync(join(feed, name), content)
    return join(feed, name)
  }
  const lookTwice = async (): Promise<void> => {
    await inbox.look()
    await inbox.look()
  }
  const list = (inner = ''): readonly string[] =>
    existsSync(join(feed, inner)) ? readdirSync(join(feed, inner)).sort() : []
  const report = (inner: string, name: string) =>
    JSON.parse(readFileSync(join(feed, inner, `${name}.report.json`), 'utf8')) as Record<string, unknown>
  return { inbox, feed, put, lookTwice, list, report, imported, troubles, dataDir }
}

test('a file that is complete is imported under the name that it keeps, and moved with a report beside it', async () => {
  const { put, lookTwice, list, report, imported, feed } = openIt()
  put('calls.csv')
  await lookTwice()
  expect(imported).toEqual([join(feed, 'done', 'calls.csv')])
  expect(list()).toEqual(['done'])
  expect(list('done')).toEqual(['calls.csv', 'calls.csv.report.json'])
  expect(report('done', 'calls.csv')).toMatchObject({
    file: 'calls.csv',
    status: 'done',
    said: ['a sentence'],
    summary: { accepted: 1 },
    what_to_do: null,
  })
})

test('one that still grows, or has the name of an upload under way, waits until it has neither', async () => {
  const { inbox, put, list, imported, feed } = openIt()
  const names = ['a.part', 'a.csv.filepart', 'a.tmp', '.a.csv', 'mapping.yaml', 'inbox.yaml', 'old.csv.report.json']
  for (const name of names) put(name)
  put('growing.csv', '1')
  await inbox.look()
  put('growing.csv', '12')
  await inbox.look()
  expect(imported).toEqual([])
  renameSync(join(feed, 'a.part'), join(feed, 'a.csv'))
  await inbox.look()
  await inbox.look()
  expect(list('done')).toEqual(['a.csv', 'a.csv.report.json', 'growing.csv', 'growing.csv.report.json'])
})

test('one that was written to just now waits, however often it is looked at', async () => {
  const { put, lookTwice, imported } = openIt()
  const path = put('calls.csv')
  const soon = Date.now() / 1_000 + 9
  utimesSync(path, soon, soon)
  await lookTwice()
  await lookTwice()
  expect(imported).toEqual([])
})

test('a later file of the same name gets another, and overwrites nothing', async () => {
  const { put, lookTwice, list, feed } = openIt()
  for (const content of ['first', 'second', 'third']) {
    put('calls.csv.gz', content)
    await lookTwice()
  }
  expect(list('done').filter((name) => !name.endsWith('.json'))).toEqual([
    'calls-2.csv.gz',
    'calls-3.csv.gz',
    'calls.csv.gz',
  ])
  expect(readFileSync(join(feed, 'done', 'calls-2.csv.gz'), 'utf8')).toBe('second')
})

test('one that cannot be used goes to failed, with what to do', async () => {
  const { put, lookTwice, list, report } = openIt(() => {
    throw new RingbackError('input', 'a mapped column is missing')
  })
  put('calls.csv')
  await lookTwice()
  expect(list()).toEqual(['done', 'failed'])
  expect(list('done')).toEqual([])
  expect(list('failed')).toEqual(['calls.csv', 'calls.csv.report.json'])
  expect(report('failed', 'calls.csv')).toMatchObject({
    status: 'failed',
    summary: null,
    what_to_do: expect.stringContaining('a mapped column is missing') as string,
  })
})

test('while a store is away it stays, is told of once, and comes when the store is back', async () => {
  let isAway = true
  const { put, inbox, lookTwice, list, troubles } = openIt(() => {
    if (isAway) throw new RingbackError('warehouse', 'the disk is full', { retryable: true })
    return SUMMARY
  })
  put('calls.csv')
  await lookTwice()
  await inbox.look()
  expect(troubles).toEqual(['the disk is full'])
  expect(list('done')).toEqual([])
  expect(list()).toContain('calls.csv')
  isAway = false
  await inbox.look()
  expect(list('done')).toContain('calls.csv')
})

test('one that is written to while it is imported stays, and is imported whole', async () => {
  const seen: string[] = []
  const { put, inbox, lookTwice, list } = openIt((_path, content) => {
    seen.push(content)
    if (seen.length === 1) put('calls.csv', 'the whole of it')
    return SUMMARY
  })
  put('calls.csv', 'the')
  await lookTwice()
  expect(list('done')).toEqual([])
  await inbox.look()
  await inbox.look()
  expect(seen.at(-1)).toBe('the whole of it')
  expect(list()).not.toContain('calls.csv')
})

test('killed between import and move, it is imported again under the same name', async () => {
  const { put, lookTwice, list, imported, feed } = openIt()
  const path = put('calls.csv')
  mkdirSync(join(feed, 'done'))
  linkSync(path, join(feed, 'done', 'calls.csv'))
  writeFileSync(join(feed, 'done', 'calls.csv.report.json'), '{}')
  await lookTwice()
  expect(imported).toEqual([join(feed, 'done', 'calls.csv')])
  expect(list()).toEqual(['done'])
  expect(list('done')).toEqual(['calls.csv', 'calls.csv.report.json'])
  expect(statSync(join(feed, 'done', 'calls.csv')).nlink).toBe(1)
})
