/**
 * `ringback redrive`: bad rows again, after a fix. What is good now goes the way of everything else, and only when it is in the tables is
 * its bad row taken away: who dies in between has both, and redrives once more.
 */
import { createAssemble } from '@ringback/assembler'
import { createIntake, createSeal, type EdgeCounts, toCarrierMessages } from '@ringback/collector'
import { BAD_REASONS, type BadReason, createZone, type EdgeRecord } from '@ringback/contracts'
import { createPseudonyms, createTokeniser } from '@ringback/identity'
import type { RedrivableBadRow } from '@ringback/warehouse'
import { importIntoCluster } from './cluster-import.ts'
import { importEmbedded } from './embedded-import.ts'
import { toWaitingFacts } from './facts-window.ts'
import type { House } from './house.ts'
import type { ImportSink } from './import-sink.ts'
import type { ReadOutput } from './import-worker.ts'
import type { Io } from './io.ts'
import { type ParsedCommand, usageError } from './options.ts'
import { findInFile, findSealed, type Found, groupByFile } from './redrive-records.ts'

export const REDRIVE_OPTIONS = { reason: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const

export interface RedrivePlan {
  readonly reason: BadReason | undefined
  readonly isDryRun: boolean
}

export const planRedrive = ({ values, positionals }: ParsedCommand): RedrivePlan => {
  if (positionals.length > 0) throw usageError('redrive: expected nothing behind it')
  const asked = values['reason']
  const reason = BAD_REASONS.find((known) => known === asked)
  if (asked !== undefined && reason === undefined)
    throw usageError(`--reason: expected one of ${BAD_REASONS.join(', ')}`)
  return { reason, isDryRun: values['dry-run'] === true }
}

interface Outcome {
  read: number
  /** Bad rows of which every record is good now. */
  readonly good: RedrivableBadRow[]
  readonly records: EdgeRecord[]
  bad: Partial<Record<BadReason, number>>
  lost: number
  elsewhere: number
}

const count = (bad: Outcome['bad'], reason: BadReason): void => {
  bad[reason] = (bad[reason] ?? 0) + 1
}

const createJudge = (house: House, outcome: Outcome) => {
  const { council, identity } = house.config
  const tokeniser = createTokeniser({ key: house.linkKey().key, region: council.region, stopList: identity.stopList })
  const intake = createIntake(tokeniser, house.rules)
  const edge: EdgeCounts = { unknownTask: 0, noToken: {} }
  const now = house.clock()
  return (row: RedrivableBadRow, found: Found): void => {
    outcome.read++
    if (found.kind === 'lost') outcome.lost++
    else if (found.kind === 'elsewhere') outcome.elsewhere++
    else if (found.kind === 'bad') count(outcome.bad, found.refusal.reason)
    else {
      const accepted = found.records.map((record) => intake.accept(record, found.door, now, edge))
      const refused = accepted.find((one) => one.kind === 'bad')
      if (refused) return count(outcome.bad, refused.refusal.reason)
      outcome.good.push(row)
      for (const one of accepted) if (one.kind === 'pass') outcome.records.push(one.record)
    }
  }
}

const readAll = async (house: House, { reason }: RedrivePlan): Promise<Outcome> => {
  const outcome: Outcome = { read: 0, good: [], records: [], bad: {}, lost: 0, elsewhere: 0 }
  const judge = createJudge(house, outcome)
  const { key } = house.linkKey()
  const seal = createSeal(key)
  const context = { zone: createZone(house.config.council.timezone), pseudonymOf: createPseudonyms(key) }
  const rows: RedrivableBadRow[] = []
  for await (const row of house.warehouse.redrivableBadRows({ reason, now: house.clock() })) rows.push(row)
  const { files, others } = groupByFile(rows)
  for (const row of others)
    judge(row, row.place.startsWith('http:') ? findSealed(row, seal, context) : { kind: 'elsewhere' })
  for (const file of files) for await (const [row, found] of findInFile(file)) judge(row, found)
  return outcome
}

/** Records of one transaction, about. */
const AT_ONCE = 5_000

const toOutput = (house: House, sink: ImportSink, records: readonly EdgeRecord[]): ReadOutput => {
  const received = records.map((record) => ({ ...record, received: sink.received }))
  if (sink.output === 'messages') return { kind: 'messages', messages: toCarrierMessages(received) }
  const { messages } = createAssemble(house.rules)(received)
  return { kind: 'facts', facts: toWaitingFacts(messages) }
}

const takeAll = async (house: House, { good, records }: Outcome, io: Io): Promise<void> => {
  const sink = house.mode === 'embedded' ? await importEmbedded(house, io) : await importIntoCluster(house, io)
  const edge: EdgeCounts = { unknownTask: 0, noToken: {} }
  for (let at = 0; at < records.length; at += AT_ONCE) {
    const some = records.slice(at, at + AT_ONCE)
    const counts = { read: some.length, accepted: some.length, skipped: 0, ambiguousTime: 0, superseded: 0 }
    await sink.take({ output: toOutput(house, sink, some), bad: [], counts, edge, bytesRead: 0 })
  }
  await sink.end([])
  // Later than any of them was received, whatever the clock of this command: the later one counts.
  const latest = good.reduce((most, { received_at }) => Math.max(most, Date.parse(received_at)), house.clock())
  await house.warehouse.withdrawBadRows(
    good.map(({ id }) => id),
    latest + 1,
  )
}

export const redriveCommand = async (house: House, plan: RedrivePlan, isJson: boolean, io: Io): Promise<number> => {
  const outcome = await readAll(house, plan)
  const { read, good, bad, lost, elsewhere } = outcome
  if (!plan.isDryRun && good.length > 0) await takeAll(house, outcome, io)
  const summary = { read, accepted: good.length, bad, lost, elsewhere }
  const stillBad = Object.values(bad).reduce((sum, rows) => sum + rows, 0)
  if (isJson) await io.out(`${JSON.stringify({ ...summary, dry_run: plan.isDryRun })}\n`)
  else {
    const would = plan.isDryRun ? ' (nothing was changed)' : ''
    await io.out(`${read} bad rows: ${good.length} good now, ${stillBad} still bad, ${lost} lost${would}.\n`)
    if (elsewhere > 0)
      io.err(`${elsewhere} are of topics, tables or other formats: import or send them again; that adds none twice.\n`)
  }
  return stillBad + lost + elsewhere > 0 ? 1 : 0
}
