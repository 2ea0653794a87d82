/** `ringback.yaml` of the made-up council, and the mappings of its files. */
import { addDays, type LocalDay } from '@ringback/contracts'
import { bankHolidays, LINES } from './calendar.ts'
import {
  categoryOf,
  type CouncilTask,
  dispositionOf,
  familyCategoryOf,
  familyDispositionOf,
  formOf,
  pageOf,
  queueOf,
  TASKS,
} from './tasks.ts'

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const quoted = (text: string): string => JSON.stringify(text)
const list = (texts: readonly string[]): string => `[${texts.join(', ')}]`
const bare = (url: string): string => url.replace('https://', '')

const taskYaml = (task: CouncilTask): string => {
  const urls = [...(task.steps.length > 0 ? [`${bare(formOf(task))}*`] : []), `${bare(pageOf(task))}*`]
  const fields = [
    `id: ${task.id}`,
    `title: ${quoted(task.title)}`,
    `family: ${task.family}`,
    `scope: ${task.scope}`,
    `lgsl: ${task.lgsl}`,
    `lgil: ${task.lgil}`,
    ...(task.sensitive ? ['sensitive: true'] : []),
    `urls: ${list(urls.map(quoted))}`,
    ...(task.steps.length > 0 ? [`steps: ${list(task.steps)}`] : []),
    `line: ${task.line}`,
  ]
  return `  - { ${fields.join(', ')} }`
}

const topicsYaml = (): string => {
  const families = [...new Set(TASKS.map(({ family }) => family))]
  return [
    ...families.map((family) => `  - { queue: ${quoted(queueOf(family))}, family: ${family} }`),
    ...families.map((family) => `  - { disposition: ${quoted(familyDispositionOf(family))}, family: ${family} }`),
    ...families.map((family) => `  - { category: ${quoted(familyCategoryOf(family))}, family: ${family} }`),
    ...TASKS.map((task) => `  - { disposition: ${quoted(dispositionOf(task))}, task: ${task.id} }`),
    ...TASKS.map((task) => `  - { category: ${quoted(categoryOf(task))}, task: ${task.id} }`),
  ].join('\n')
}

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

const linesYaml = (closed: readonly LocalDay[]): string =>
  Object.entries(LINES)
    .map(([name, hours]) => {
      const open = hours.map(
        ({ days, from, to }) =>
          `{ days: ${list(days.map((day) => WEEKDAYS[day] ?? ''))}, from: ${quoted(clock(from))}, to: ${quoted(clock(to))} }`,
      )
      return `  ${name}: { hours: ${list(open)}, closed: ${list(closed.map(quoted))} }`
    })
    .join('\n')

/** Opening hours are those that hold on paper: a line that closed early one day is none of them. */
export const councilConfig = (start: LocalDay, weeks: number): string => {
  const years = [start, addDays(start, weeks * 7 + 60)].map((day) => Number(day.slice(0, 4)))
  const closed = [...new Set(years)].flatMap((year) => bankHolidays(year))
  return `# A made-up council: no place, number or person in it is real.
council: { name: Borsetshire, timezone: Europe/London, region: GB }
tasks:
${TASKS.map(taskYaml).join('\n')}
topics:
${topicsYaml()}
lines:
${linesYaml(closed)}
costs: { source: "Socitm channel value benchmarking 2011", priceYear: 2011, currency: GBP, web: 0.15, phone: 2.83, face_to_face: 8.62 }
feeds:
  website: { kind: web }
  customers: { kind: profiles }
  telephony: { kind: contacts, delay: 15m }
  chat: { kind: contacts, delay: 15m }
  crm: { kind: contacts, delay: 26h, echoes: telephony }
  desk: { kind: contacts, delay: 26h }
  mailbox: { kind: contacts, delay: 50h }
`
}

const CRM_MAPPING = `kind: contacts
source: crm
timezone: Europe/London
csv: { delimiter: "," }
fields:
  id: "Case ref"
  time: { column: Logged, format: "dd/MM/yyyy HH:mm:ss" }
  channel: { column: Channel, map: { "Phone": phone, "Web mail": email, "Counter": face_to_face } }
  category: Category
  identifiers.crm: [Customer]
  identifiers.phone: [Phone]
  identifiers.case: ["Web ref"]
  identifiers.uprn: [Property]
`

const DESK_MAPPING = `kind: contacts
source: desk
timezone: Europe/London
csv: { delimiter: ";" }
fields:
  id: "No"
  time: { columns: [Date, Time], format: "dd/MM/yyyy HH:mm" }
  channel: { value: face_to_face }
  category: Enquiry
  identifiers.crm: [Customer]
  identifiers.uprn: [Property]
`

/** By the feed whose files they read. */
export const MAPPINGS = { crm: CRM_MAPPING, desk: DESK_MAPPING } as const
export type MappedFeed = keyof typeof MAPPINGS
