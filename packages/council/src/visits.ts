/** Somebody who looks for something to read; and what all sessions share. */
import type { DeviceClass, Instant } from '@ringback/contracts'
import { type IncidentName, STRENGTH } from './incidents.ts'
import { PUBLIC_COMPUTER } from './numbers.ts'
import { GIVEN, OURS } from './parameters.ts'
import { stableShare } from './random.ts'
import type { Resident } from './residents.ts'
import { createSitting, type Sitting } from './sitting.ts'
import { type CouncilTask, OTHER_PAGES, pageOf, SITE } from './tasks.ts'
import type { TrueOutcome } from './truth.ts'
import type { Hour } from './world.ts'

/** What became of one journey. */
export interface Course {
  readonly outcome: TrueOutcome
  readonly sessions: readonly string[]
  readonly firstAt: Instant
  readonly lastAt: Instant
  readonly code: string | null
  readonly step: string | null
  readonly incident: IncidentName | null
  /** All identifiers told in its sessions. */
  readonly given: readonly string[]
  /** What the resident could quote when they get in touch. */
  readonly caseRef?: string | undefined
  readonly journeyCode?: string | undefined
}

export interface ChosenDevice {
  readonly deviceClass: DeviceClass
  /** Named only with consent. */
  readonly device: string | undefined
}

const CONSENT_SALT = 11
const READING_SECONDS = 50
const PUBLIC_COMPUTERS = 20
/** Of those who only read, so that 12 % of all sessions are signed in. */
const SIGNS_IN_TO_READ = 0.07

/** `other`: not this one. */
export const chooseDevice = (
  { world, random }: Hour,
  resident: Resident,
  at: Instant,
  other?: ChosenDevice,
): ChosenDevice => {
  if (random.chance(OURS.publicComputers))
    return { deviceClass: 'desktop', device: `${PUBLIC_COMPUTER}${random.below(PUBLIC_COMPUTERS)}` }
  const isMobile = other === undefined ? random.chance(GIVEN.mobileShare) : other.deviceClass !== 'mobile'
  const device = resident.devices[isMobile ? 0 : 1]
  // A banner is answered once on each device.
  const answer = stableShare(world.seed, resident.id, isMobile ? 0 : 1, CONSENT_SALT)
  const consent = GIVEN.consent * (world.isOn('consent_banner_changed', at) ? STRENGTH.consentLeft : 1)
  const deviceClass = isMobile ? 'mobile' : random.chance(0.12) ? 'tablet' : 'desktop'
  return { deviceClass, device: answer < consent ? device : undefined }
}

/** Perhaps they look for a number to ring, and are shown a code to quote: then it is returned. */
export const lookForHelp = (sitting: Sitting, { random, newId }: Hour, share: number): string | undefined => {
  if (!random.chance(share)) return undefined
  sitting.wait(20)
  sitting.add({ type: 'contact_viewed', url: `${SITE}/contact-us` })
  if (!random.chance(OURS.codeShown)) return undefined
  const code = newId().replace('.', '').toUpperCase()
  sitting.add({ type: 'page_view', url: `${SITE}/contact-us` }, { code })
  return code
}

const otherPages = (sitting: Sitting, { random }: Hour, most: number): void => {
  for (let left = random.below(most + 1); left > 0; left -= 1) {
    sitting.add({ type: 'page_view', url: `${SITE}/${random.pick(OTHER_PAGES)}` })
    sitting.wait(READING_SECONDS)
  }
}

const findNothing = (sitting: Sitting, hour: Hour): string | undefined => {
  const { random } = hour
  if (random.chance(0.2)) {
    sitting.wait(READING_SECONDS)
    sitting.add({ type: 'search', url: `${SITE}/search`, results: 0 })
  }
  if (random.chance(0.08)) sitting.add({ type: 'feedback', useful: false })
  return lookForHelp(sitting, hour, 0.3)
}

const read = (sitting: Sitting, hour: Hour, task: CouncilTask): Pick<Course, 'outcome' | 'journeyCode'> => {
  const { world, random } = hour
  const url = pageOf(task)
  for (let left = 1 + random.below(2); left > 0; left -= 1) {
    sitting.add({ type: 'page_view', url })
    sitting.wait(READING_SECONDS)
  }
  const hasHandOff = task.id === 'homelessness' && world.isOn('hand_off_page_launched', sitting.now())
  if (hasHandOff && random.chance(STRENGTH.handedOff)) {
    sitting.add({ type: 'handed_off', url })
    return { outcome: 'handed_off' }
  }
  if (random.chance(OURS.deadEnds)) return { outcome: 'dead_end', journeyCode: findNothing(sitting, hour) }
  if (random.chance(0.05)) sitting.add({ type: 'feedback', useful: true })
  lookForHelp(sitting, hour, 0.06)
  return { outcome: 'read' }
}

/** A session that starts no form. Without a task it is nobody's journey: undefined. */
export const visitPages = (
  hour: Hour,
  resident: Resident,
  task: CouncilTask | undefined,
  at: Instant,
): Course | undefined => {
  const { random, items } = hour
  const session = `s-${hour.newId()}`
  const sitting = createSitting({ session, at, ...chooseDevice(hour, resident, at) }, random, items)
  if (resident.account !== undefined && random.chance(SIGNS_IN_TO_READ)) sitting.signIn(resident.account)
  if (task === undefined) {
    sitting.add({ type: 'page_view', url: SITE })
    otherPages(sitting, hour, 4)
    return undefined
  }
  otherPages(sitting, hour, 1)
  const firstAt = sitting.now()
  const { outcome, journeyCode } = read(sitting, hour, task)
  return {
    outcome,
    journeyCode,
    sessions: [session],
    firstAt,
    lastAt: sitting.now(),
    given: sitting.given(),
    code: null,
    step: null,
    incident: null,
  }
}

/** Hits of machines: of those that say so, and of scrapers that look up bin days and say nothing. Adds about so many. */
export const addBots = (hour: Hour, hits: number, from: Instant, length: number, binDays: CouncilTask): void => {
  const { random, items } = hour
  const end = items.length + hits
  while (items.length < end) {
    const isScraper = random.chance(0.05)
    const actor = isScraper ? {} : { actor: 'bot' as const }
    const session = `b-${hour.newId()}`
    const at = from + Math.floor(random.next() * length)
    const sitting = createSitting({ session, at, deviceClass: 'desktop', device: undefined, ...actor }, random, items)
    for (
      let left = isScraper ? 20 + random.below(40) : 1 + random.below(6);
      left > 0 && items.length < end;
      left -= 1
    ) {
      sitting.add({ type: 'page_view', url: isScraper ? pageOf(binDays) : `${SITE}/${random.pick(OTHER_PAGES)}` })
      sitting.wait(isScraper ? 1 : 5)
    }
  }
}
