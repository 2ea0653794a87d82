/** Scenes about who is who: profiles, crowded tokens, carriers with too many of them. */
import type { RawRecord } from '../reference/plain-edge.ts'
import type { Stage } from './stage.ts'
import { identifiersOf, toIdentifiers } from './people.ts'
import { DESK } from './random-catalogue.ts'
import { written } from './stage.ts'

/** What the CRM says of a customer; sometimes in several revisions, sometimes of the same number. */
export const profileScene = (stage: Stage): void => {
  const { random, name, people, catalogue } = stage
  const person = random.pick(people)
  const id = name('p')
  const source = random.pick(['crm', 'crm:2'])
  const several = Array.from({ length: random.between(1, catalogue.maxPeople + 1) }, (_, n): [string, string] => {
    return ['account', `${person.account}${n === 0 ? '' : `-${n}`}`]
  })
  const revisions = random.pick([[0], [0], [1], [1, 1], [0, 0], [3, 2, 3]])
  for (const revision of revisions) {
    const more: [string, string][] = random.chance(0.25)
      ? several
      : [
          ['account', person.account],
          ['crm', person.crm],
        ]
    const identifiers = identifiersOf(person, people, random.chance(0.7) ? more : [], random)
    stage.profiles.push({ source, id, ...(revision === 0 ? {} : { revision }), identifiers })
  }
}

const PEOPLE_TYPES = ['account', 'crm', 'email', 'phone'] as const

const stranger = (type: string, n: number): [string, string] => {
  if (type === 'email') return ['email', `x${n}@b.uk`]
  return type === 'phone' ? ['phone', `07700 90080${n}`] : [type, `${type}-x${n}`]
}

/** One token beside as many others of one type as its limit allows, or one more; in one record or in several. */
export const crowdScene = (stage: Stage): void => {
  const { random, moments, name, people, catalogue } = stage
  const person = random.pick(people)
  const token = random.pick<[string, string]>([
    ['account', person.account],
    ['phone', person.mobiles[0] ?? ''],
    ['phone', person.landline],
    ['uprn', person.uprn],
    ['email', person.emails[0] ?? ''],
    ['device', person.device],
    ['code', 'Q0-CROWD'],
  ])
  const limit = random.pick([catalogue.maxPeople, catalogue.maxHousehold])
  const count = limit + random.pick([-1, 0, 0, 1, 1])
  const type = random.pick(PEOPLE_TYPES)
  const others = Array.from({ length: Math.min(count, 9) }, (_, n) => stranger(type, n))
  const groups = random.chance(0.5) ? [others] : others.map((other) => [other])
  const source = DESK
  for (const group of groups) {
    const identifiers = toIdentifiers([token, ...group], random)
    const kind = random.pick(['profile', 'profile', 'leg', 'event'])
    const time = written(moments.some(), random)
    const actor: RawRecord = random.chance(0.1) ? { actor: 'agent' } : {}
    const direction: RawRecord = random.chance(0.1) ? { direction: 'internal' } : {}
    if (kind === 'profile') stage.profiles.push({ source, id: name('p'), identifiers })
    if (kind === 'leg')
      stage.contacts.push({ source, id: name('c'), time, channel: 'phone', identifiers, ...actor, ...direction })
    if (kind === 'event') {
      const session = random.chance(0.5) ? name('s') : 'crowd'
      const linking = 'consent'
      stage.web.push({ id: name('e'), time, session, type: 'page_view', linking, identifiers, ...actor })
    }
  }
}

/** One token on as many carriers as may be, or one more. */
export const manyCarriersScene = (stage: Stage): void => {
  const { random, moments, name, people, catalogue } = stage
  if (catalogue.maxCarriers > 20) return profileScene(stage)
  const person = random.pick(people)
  const identifiers = toIdentifiers(
    [
      random.pick<[string, string]>([
        ['account', person.account],
        ['uprn', person.uprn],
      ]),
    ],
    random,
  )
  const count = catalogue.maxCarriers + random.pick([-2, -1, 0, 1])
  for (let n = 0; n < count; n += 1) {
    const time = written(moments.some(), random)
    if (random.chance(0.5)) stage.profiles.push({ source: 'crm', id: name('p'), identifiers })
    else stage.contacts.push({ source: DESK, id: name('c'), time, channel: 'email', identifiers })
  }
}

/** A carrier with 50 distinct tokens, or 51, in one record or in several revisions. */
export const oversizeScene = (stage: Stage): void => {
  const { random, moments, name, people } = stage
  const person = random.pick(people)
  const own: [string, string][] = [
    random.pick<[string, string]>([
      ['account', person.account],
      ['phone', person.mobiles[0] ?? ''],
    ]),
  ]
  const devices = Array.from({ length: random.pick([49, 50]) }, (_, n): [string, string] => ['device', `many-${n}`])
  const half = random.pick([0, 25])
  const [early, late] = [devices.slice(0, half), devices.slice(half)]
  const id = name('x')
  const time = written(moments.some(), random)
  const kind = random.pick(['profile', 'leg', 'event'])
  for (const [n, some] of [early, late].entries()) {
    const identifiers = toIdentifiers([...own, ...some], random)
    if (kind === 'profile') stage.profiles.push({ source: 'crm', id, revision: n + 1, identifiers })
    if (kind === 'leg') stage.contacts.push({ source: DESK, id, time, revision: n + 1, channel: 'phone', identifiers })
    if (kind === 'event') {
      const task = random.pick(stage.catalogue.tasks).id
      stage.web.push({
        id: name('e'),
        time,
        session: id,
        type: 'step',
        step: 'a',
        task,
        linking: 'consent',
        identifiers,
      })
    }
  }
}
