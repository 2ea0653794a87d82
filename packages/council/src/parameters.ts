/**
 * What the made-up council is made of. `GIVEN` are the figures that were set for it; `OURS` are those that nobody set and that
 * a council needs all the same, chosen once and before any result was seen. Neither is ever changed to make a result better.
 */

const MINUTE = 60_000
const HOUR = 60 * MINUTE

export const GIVEN = {
  residents: 120_000,
  households: 52_000,
  weeks: 12,
  sessionsPerWorkingDay: 25_000,
  mobileShare: 0.6,
  /** Of all hits: bots that say so, and scrapers of bin days that do not. */
  botHits: 0.25,
  transactional: 0.24,
  signedIn: 0.12,
  /** Of transactional sessions: phone or e-mail in a form that is saved or submitted. */
  tellsContact: 0.3,
  consent: 0.65,
  saveAndResume: 0.04,
  secondDevice: 0.06,
  filledInByAgents: 0.15,
  outcomes: { confirmed: 0.72, refused: 0.04, abandoned: 0.17, error: 0.03, barrier: 0.04 },
  comesBack: { confirmed: 0.02, abandoned: 0.1, error: 0.35, barrier: 0.3, dead_end: 0.06 },
  delays: { atOnce: 0.35, sameDay: 0.3, nextOpening: 0.2, later: 0.15 },
  backgroundPerResidentAndQuarter: 0.35,
  withheld: 0.09,
  landlineCalls: 0.35,
  abandonedCalls: 0.15,
  redialled: 0.4,
  transferred: 0.12,
  calledBack: 0.04,
  blankDisposition: 0.3,
  wrongDisposition: 0.1,
  duplicates: 0.015,
} as const

export const OURS = {
  /** Members of a household who deal with the council at all: one, and another one in so many households of several. */
  secondDeals: 0.46,
  householdSizes: [0.31, 0.34, 0.16, 0.12, 0.05, 0.02],
  /** Households that call from a telephone of the house: with withheld and advisers' calls taken off, 35 % of the calls. */
  landlineHouseholds: 0.39,
  adviserCalls: 0.015,
  residentsPerAdviser: 8_000,
  hasAccount: 0.45,
  /** Known to the CRM without an account. */
  hasCustomer: 0.25,
  secondDeviceOwned: 0.45,
  publicComputers: 0.01,
  /** Information sessions on a task of the catalogue, and how many of those do not find what they came for. */
  onTask: 0.75,
  deadEnds: 0.2,
  contested: 0.05,
  weekdays: [1.15, 1.05, 1, 0.97, 0.83, 0.45, 0.5],
  hours: [8, 5, 3, 3, 4, 8, 20, 40, 65, 85, 90, 85, 80, 78, 72, 68, 62, 55, 52, 50, 46, 38, 24, 12],
  contactWeekdays: [1.4, 1.05, 0.95, 0.9, 0.7, 0.08, 0.06],
  contactHours: [0, 0, 0, 0, 0, 0, 1, 2, 60, 150, 160, 140, 110, 110, 110, 90, 70, 8, 5, 4, 3, 2, 1, 0],
  channels: { phone: 0.8, email: 0.08, face_to_face: 0.07, webchat: 0.05 },
  /** Of contacts about a household's task, by another of its members. */
  otherMember: 0.15,
  unresolved: 0.12,
  repeatDays: 6,
  bookedInCrm: 0.8,
  crmKnown: 0.7,
  /** Of calls, told by the exchange's own look-up. */
  crmOnCall: 0.3,
  quotesCase: 0.35,
  queueByTopic: 0.6,
  familyDisposition: 0.25,
  agentFillsReturn: 0.5,
  codeShown: 0.1,
  codeQuoted: 0.6,
  skewedSessions: 0.02,
  skewMs: 4 * MINUTE,
  deskClockMs: 6 * MINUTE,
  mistypedPhone: 0.01,
  otherEmail: 0.15,
  handedOffCalls: 0.4,
  /** Sessions with an event that cannot be read, and calls and cases that cannot. */
  badEvents: 0.0002,
  badRows: 0.001,
  telephonyDelayMs: 2 * MINUTE,
  emailDelayMs: 48 * HOUR,
} as const
