/** Doors with keys, a store that remembers, and a clock, for tests. Nothing listens: requests are injected. */
import { type Config, configSchema, type Instant } from '@ringback/contracts'
import { createRules } from '@ringback/journeys'
import { RingbackError } from '@ringback/pipeline'
import { NO_LOGGER } from '@ringback/runtime'
import { countingMetrics, createMemoryClaims, type MemoryClaims } from '@ringback/testkit'
import { fastify, type FastifyInstance } from 'fastify'
import { registerDoors } from '../http/register-doors.ts'
import { createIntake } from '../intake.ts'
import type { Taken } from '../keep.ts'
import type { KeyEntry } from '../keys/key-file.ts'
import { createSecrets, hashOf } from '../keys/key-texts.ts'
import { createKeys } from '../keys/keys.ts'
import { RECEIVED, tokeniser } from './edge.ts'

export const LINK_KEY = Buffer.from('a key of thirty-two characters !')
export const PAGE = 'https://my.borsetshire.gov.uk'

export const TWILIO_TOKEN = 'twilio’s own'

const WRITE_KEY = 'rbw_of-the-pages'
const SERVER_KEY = 'rbw_of-no-page'
const REVOKED_KEY = 'rbw_of-former-pages'

const entry = { created_at: '2026-11-01T00:00:00.000Z', revoked_at: null }
const entriesFor = (page: string): readonly KeyEntry[] => [
  { ...entry, kind: 'write', id: 'w1', name: 'website', origins: [page], sha256: hashOf(WRITE_KEY) },
  { ...entry, kind: 'write', id: 'w2', name: 'forms', origins: [], sha256: hashOf(SERVER_KEY) },
  { ...entry, kind: 'secret', id: '5ec1', name: 'telephony' },
  {
    ...entry,
    kind: 'write',
    id: 'w3',
    name: 'former',
    origins: [],
    sha256: hashOf(REVOKED_KEY),
    revoked_at: '2026-11-02T00:00:00.000Z',
  },
]

export const KEYS = {
  write: WRITE_KEY,
  server: SERVER_KEY,
  revoked: REVOKED_KEY,
  secretId: '5ec1',
  secret: createSecrets(LINK_KEY)('5ec1'),
} as const

export interface TestDoors {
  readonly app: FastifyInstance
  readonly kept: Taken[]
  readonly claims: MemoryClaims
  /** Asked in place of the claims themselves, from now on. */
  readonly setClaim: (claim: MemoryClaims['claim']) => void
  /** What a door counted, by its name. */
  readonly countsOf: (door: string) => Readonly<Record<string, number>>
  readonly elapse: (ms: number) => void
  /** From now on what is kept is refused, or accepted again. */
  readonly setAway: (isAway: boolean) => void
}

export interface TestDoorsOptions {
  readonly limits?: Partial<Config['collector']['limits']>
  /** The origin of the pages that `KEYS.write` is for. */
  readonly page?: string
  /** For what really happens, where senders have clocks of their own. */
  readonly clock?: () => Instant
}

export const createTestDoors = ({ limits = {}, page = PAGE, clock }: TestDoorsOptions = {}): TestDoors => {
  const config = configSchema.parse({
    council: { name: 'B', timezone: 'Europe/London' },
    tasks: [{ id: 'bin', urls: ['/bins*'] }],
    collector: { limits },
  })
  let now = RECEIVED
  let isAway = false
  const kept: Taken[] = []
  const metrics = new Map<string, ReturnType<typeof countingMetrics>>()
  const metricsOf = (stage: string): ReturnType<typeof countingMetrics> => {
    const known = metrics.get(stage) ?? countingMetrics()
    metrics.set(stage, known)
    return known
  }
  const claims = createMemoryClaims(() => now)
  let claim = claims.claim
  const app = fastify()
  registerDoors(app, {
    intake: createIntake(tokeniser, createRules(config)),
    keep: async (taken) => {
      if (isAway) throw new RingbackError('store', 'away', { retryable: true })
      kept.push(taken)
    },
    keys: createKeys(entriesFor(page), LINK_KEY),
    claims: { ...claims, claim: (name, value, forMs) => claim(name, value, forMs) },
    config,
    linkKey: LINK_KEY,
    twilioAuthToken: TWILIO_TOKEN,
    clock: clock ?? (() => now),
    logger: NO_LOGGER,
    metricsOf: (stage) => metricsOf(stage).metrics,
  })
  return {
    app,
    kept,
    claims,
    setClaim: (other) => {
      claim = other
    },
    countsOf: (door) => metricsOf(`door-${door}`).counts,
    elapse: (ms) => {
      now += ms
    },
    setAway: (away) => {
      isAway = away
    },
  }
}
