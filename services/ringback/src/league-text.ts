/** The league table of tasks for a terminal. A rate never stands without its interval and its coverage. */
import type { Config } from '@ringback/contracts'
import type { LeagueRow } from '@ringback/insights'

interface Column {
  readonly head: string
  readonly isText?: boolean
  readonly cell: (row: LeagueRow) => string
}

const NONE = '–'
const percent = (share: number): string => (share * 100).toFixed(1)
const share = (value: number | null): string => (value === null ? NONE : `${percent(value)} %`)
const count = (value: number): string => value.toLocaleString('en-GB')
const rate = ({ failureRate, failureLow, failureHigh }: LeagueRow): string =>
  failureRate === null || failureLow === null || failureHigh === null
    ? NONE
    : `${percent(failureRate)} % (${percent(failureLow)} to ${percent(failureHigh)})`

const columnsOf = ({ tasks, costs }: Pick<Config, 'tasks' | 'costs'>): readonly Column[] => {
  const titles = new Map(tasks.map(({ id, title }) => [id, title]))
  return [
    { head: 'Task', isText: true, cell: ({ task }) => titles.get(task) ?? task },
    { head: 'Journeys', cell: ({ journeys }) => count(journeys) },
    { head: 'Came back', cell: ({ flagged, mature }) => `${count(flagged)} of ${count(mature)}` },
    { head: 'Failure rate (95 %)', cell: rate },
    { head: 'Estimate', cell: ({ estimatedRate }) => share(estimatedRate) },
    { head: 'Dropout', cell: ({ dropoutRate }) => share(dropoutRate) },
    { head: 'Coverage', cell: ({ coverage }) => share(coverage) },
    {
      head: costs.currency === undefined ? 'Cost' : `Cost, ${costs.currency}`,
      cell: ({ avoidableCost }) => count(Math.round(avoidableCost)),
    },
    { head: 'Main cause', isText: true, cell: ({ topCause }) => topCause ?? NONE },
  ]
}

/** The first so many rows, with a head; ends with a line break. */
export const describeLeague = (
  league: readonly LeagueRow[],
  config: Pick<Config, 'tasks' | 'costs'>,
  most: number,
): string => {
  const columns = columnsOf(config)
  const cells = league.slice(0, most).map((row) => columns.map(({ cell }) => cell(row)))
  const widths = columns.map(({ head }, i) => Math.max(head.length, ...cells.map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (columns[i]?.isText ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  const told = league.length > most ? `… and ${league.length - most} tasks more: ringback export task-rates\n` : ''
  return `${[columns.map(({ head }) => head), ...cells].map(line).join('\n')}\n${told}`
}
