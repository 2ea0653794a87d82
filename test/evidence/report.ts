/** The measures in words: each figure beside the truth, each with what limits it. */
import type { IncidentMeasures, Stretch } from './incident-measures.ts'
import type { ContactMeasures } from './contact-measures.ts'
import type { FlagMeasures } from './flags.ts'
import type { Measures } from './measure.ts'
import type { Estimate, Proposal } from './proposal.ts'
import type { RateMeasures } from './rates.ts'
import { number, percent, type Share, shareValue, type Tally, told } from './share.ts'

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((text, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? text).length)))
  const line = (row: readonly string[]): string =>
    `  ${row.map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`
  return [head, ...rows].map(line).join('\n')
}

const listed = (tally: Tally, most = 6): string =>
  tally
    .entries()
    .slice(0, most)
    .map(([name, count]) => `${name} ${percent({ part: count, all: tally.sum() }, 0)}`)
    .join(', ')

const flagsText = (flags: FlagMeasures): string => {
  const {
    precision,
    precisionBy,
    verdicts,
    wrongBecause,
    recall,
    recallShared,
    recallPerson,
    recallReachable,
    missed,
    missedPerson,
    missedReachable,
  } = flags
  const by = [...precisionBy].sort((a, b) => b[1].all - a[1].all)
  return `FLAGS
Precision: ${told(precision)} of the flagged journeys truly failed and came back by the contact that is named.
${table(
  ['basis and topic', 'flags', 'right'],
  by.map(([name, share]) => [name, number(share.all), percent(share)]),
)}
  Limited by coincidence: whoever was on the web and calls within the window about the same family is taken for a return.
  Wrong flags are really: ${listed(wrongBecause)}.
Recall, over all true failure returns: ${told(recall)}
Recall, where journey and contact have any identifier in common: ${told(recallShared)}
Recall, where they have one of person level in common: ${told(recallPerson)}
  Limited by what people tell: who gives no name on the web and calls from a withheld number cannot be tied by anybody.
  The contacts of those not found are, to Ringback: ${listed(missed)}.
  Of those with an identifier of a person in common: ${listed(missedPerson)}.
Recall, where the journey is reachable: ${told(recallReachable)}
  Limited, too, by the contact's side: of those not found ${listed(missedReachable)}.
How many contacts of each verdict a failed journey truly caused:
${table(
  ['verdict', 'contacts', 'caused by a failure'],
  [...verdicts].sort((a, b) => b[1].all - a[1].all).map(([name, share]) => [name, number(share.all), percent(share)]),
)}`
}

const estimateText = ({ sight, estimated, tasksWithin }: Estimate): string =>
  `sight ${percent(sight)}, the estimate ${percent(estimated, 2)}, the interval divided by it holds the truth for ${told(tasksWithin)} tasks`

const proposalText = ({
  plain,
  net,
  lawSight,
}: Proposal): string => `PROPOSED (docs/evidence.md); the law's sight is ${percent(lawSight)}
Contacts as they are counted: ${estimateText(plain)}.
Coincidence taken off each kind: ${estimateText(net)}.
  Limited: here the truth takes it off; the product would need a placebo over all pairs, and would do a little worse.`

const ratesText = ({ counts, estimated, tasks, ...rates }: RateMeasures): string => {
  const { reachable, flagged, failures, placebo, coincidences, trueFailures, trueJourneys, journeys } = counts
  const of = (part: number): Share => ({ part, all: reachable })
  return `RATES
Reachable journeys: ${told({ part: reachable, all: journeys })} of the product's; mature by its own count: ${number(rates.mature)}.
failureRate: ${told(of(flagged), 2)}; truly failed and came back: ${told(of(failures), 2)}.
  Limited both ways: coincidences raise it, returns whose contact is not recognised or not understood lower it.
The interval holds the truth for ${told(rates.tasksWithin)} tasks and ${told(rates.taskWeeksWithin)} task-weeks;
  of task-weeks with any true failure: ${told(rates.eventfulWithin)}. The truth lies above for ${rates.tasksTooLow} tasks, below for ${rates.tasksTooHigh}.
  Limited by what an interval is: it knows of chance alone. What is systematically missed it cannot know, and the more
  journeys a task has the narrower it gets.
Were the interval divided by sight, as the estimate is: ${told(rates.tasksWithinEstimated)} tasks.
excess: ${percent((flagged - placebo) / reachable, 2)}. Limited: it takes coincidence off, but not what is missed.
estimatedRate: ${percent(estimated, 2)}; true rate of all journeys, reachable or not: ${told({ part: trueFailures, all: trueJourneys }, 2)}.
  Limited by what it supposes: that who can be recognised fails as often as who cannot. Those who fail before they have said who
  they are can seldom be recognised; those who finish mostly can.
placeboRate: ${told(of(placebo), 2)}; truly flagged by coincidence: ${told(of(coincidences), 2)}.
  Limited: the week before stands for this one; whoever called a week before is no likelier to have been on the web then.
${table(
  ['task', 'reachable', 'failureRate', 'interval', 'truth', 'excess', 'estimated', 'true of all'],
  tasks.map((task) => [
    task.task,
    number(task.counts.reachable),
    percent(task.failureRate, 2),
    `${percent(task.low, 2)}–${percent(task.high, 2)}`,
    percent(task.truth, 2),
    percent(task.excess, 2),
    percent(task.estimated, 2),
    percent(task.trueOfAll, 2),
  ]),
)}`
}

const contactsText = (contacts: ContactMeasures): string => {
  const { takeUp } = contacts
  const off = takeUp.map(({ found, truth }) => Math.abs(found - truth))
  const mean = off.reduce((sum, difference) => sum + difference, 0) / off.length
  return `CONTACTS
Counted: ${number(contacts.counted)}; true ones: ${number(contacts.trueContacts)}.
  Limited: cases whose call cannot be recognised (a withheld number) count once more, as contacts of their own.
Repeats: precision ${told(contacts.repeatPrecision)}, recall ${told(contacts.repeatRecall)}.
  Limited: two matters of one family within a week look like one; one matter under two names, or numbers, like two.
First contact resolution: ${told(contacts.resolution)}; of the same contacts, truly: ${percent(contacts.trueResolutionOfThose)}; of all contacts, truly: ${percent(contacts.trueResolution)}.
  Limited: only those who can be recognised are asked about; a coincidence counts against it as a repeat does.
Take-up: off by ${percent(mean)} on average over ${takeUp.length} tasks with a form.
  Limited: contacts of unknown topic are nobody's, which raises it; those counted twice lower it.
${table(
  ['task', 'takeUp', 'truth', 'true contacts'],
  [...takeUp]
    .sort((a, b) => b.contacts - a.contacts)
    .slice(0, 12)
    .map((task) => [task.task, percent(task.found), percent(task.truth), number(task.contacts)]),
)}`
}

const stretchText = ({ counts, rate, low, high }: Stretch): string => {
  const { failures, reachable, journeys, placebo, trueFailures, trueJourneys } = counts
  return [
    `${percent(rate, 2)} (${percent(low, 2)}–${percent(high, 2)})`,
    percent({ part: failures, all: reachable }, 2),
    percent((rate.part - placebo) / reachable, 2),
    percent({ part: trueFailures, all: trueJourneys }, 2),
    percent({ part: reachable, all: journeys }),
  ].join('  ')
}
const STRETCH = 'failureRate and interval, truth, excess, true of all, coverage'

const incidentsText = (incidents: IncidentMeasures): string => {
  const { consent, bills, lookup, payment, handOff, queue, snow } = incidents
  const isImprovement = consent.during.high < consent.before.low
  const isFailure = bills.during.low > bills.before.high
  const isFound = lookup.during.low > lookup.before.high && lookup.topCauses.includes('lookup')
  return `INCIDENTS (${STRETCH})
Consent banner changed: ${isImprovement ? 'SHOWN AS AN IMPROVEMENT' : 'not shown as an improvement'}.
  before  ${stretchText(consent.before)}
  during  ${stretchText(consent.during)}
  after   ${stretchText(consent.after)}
  Limited: coverage falls and is shown; those who are left sign in or fill in forms, and fail otherwise than those who read.
Council tax bills posted: ${isFailure ? 'SHOWN AS FAILURE' : 'not shown as failure'}; of the family's flags in that week ${told(bills.flagsBecause)} are really because of the bills.
  before  ${stretchText(bills.before)}
  during  ${stretchText(bills.during)}
  Limited: a letter that makes people look and call at once makes coincidences; placebo looks at the week before, when there was no letter.
Address look-up of missed bins broken for six days: ${isFound ? 'found' : 'NOT FOUND'}, ${lookup.place} among the task's weeks by failure rate.
  before  ${stretchText(lookup.before)}
  during  ${stretchText(lookup.during)}
  after   ${stretchText(lookup.after)}
  top cause of the weeks it touches: ${lookup.topCauses.map((cause) => cause ?? 'none').join(', ')}; causes of the flagged: ${listed(lookup.causes, 3)}; last steps: ${listed(lookup.steps, 3)}.
  Limited: who fails at the first step has seldom said who they are: most of the six days' failures are unreachable.
Payment gateway down: cause payment in ${told(payment.causes)} of that week's flags, ${told(payment.before)} of the week before.
Hand-off page launched: of its callers that are tied, ${told(handOff.handedOff)} count as handed off, ${told(handOff.flagged)} as failures.
New queue that nobody mapped: calls of unknown topic ${told(queue.before)} before, ${told(queue.since)} since.
Snow: ${told(snow.flagsBecause)} of that week's flags are really because of the snow.`
}

export const reportText = ({ flags, rates, proposal, contacts, incidents }: Measures): string =>
  [flagsText(flags), ratesText(rates), proposalText(proposal), contactsText(contacts), incidentsText(incidents)].join(
    '\n\n',
  )

/** The four figures that a model of the law gave on another made-up council of 12,000, in the same order. */
export const summaryText = ({ flags, rates, contacts }: Measures): string => {
  const { flagged, reachable, trueFailures, trueJourneys } = rates.counts
  return table(
    ['', 'here', 'the model'],
    [
      ['precision of flags', percent(flags.precision), '81 %'],
      ['recall of the tied', percent(flags.recallPerson), '66 %'],
      ['failure rate printed', percent({ part: flagged, all: reachable }), '1.3 %'],
      ['failure rate estimated', percent(rates.estimated), '1.9 %'],
      ['true failure rate of all', percent({ part: trueFailures, all: trueJourneys }), '2.1 %'],
      ['tasks inside their interval', percent(rates.tasksWithin, 0), '83 %'],
      ['first contact resolution', percent(contacts.resolution), '86.0 %'],
      ['true first contact resolution', percent(shareValue(contacts.trueResolution)), '86.4 %'],
    ],
  )
}
