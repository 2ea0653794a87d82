/** The HTTP doors of the collector (CONTRACT section 5), the same in the cluster and in the embedded mode. */
import { type Config, createZone, type Instant } from '@ringback/contracts'
import type { FormatContext } from '@ringback/formats'
import { createPseudonyms } from '@ringback/identity'
import type { Claims, StageMetrics } from '@ringback/pipeline'
import type { Logger } from '@ringback/runtime'
import type { FastifyInstance } from 'fastify'
import type { Intake } from '../intake.ts'
import type { Keep } from '../keep.ts'
import type { Keys } from '../keys/keys.ts'
import { codesDoor } from './codes.ts'
import { addDoors, type DoorRoute } from './doors.ts'
import { createGather } from './gather.ts'
import { createLimits, type Limits } from './limits.ts'
import { matomoDoors } from './matomo-doors.ts'
import { withOpenApi } from './openapi.ts'
import { recordDoors } from './record-doors.ts'
import { createSeal } from './sealed.ts'
import { snippetDoor } from './snippet-door.ts'
import { snowplowDoors } from './snowplow-doors.ts'
import { createTake, type Take } from './take.ts'
import { webhookDoor } from './webhook-door.ts'

export interface DoorParts {
  readonly intake: Intake
  /** Resolves when durable. Requests that come while it writes share its next write. */
  readonly keep: Keep
  readonly keys: Keys
  readonly claims: Claims
  readonly config: Config
  readonly linkKey: Uint8Array
  /** With which Twilio signs what it sends: RINGBACK_TWILIO_AUTH_TOKEN. */
  readonly twilioAuthToken?: string | undefined
  readonly clock: () => Instant
  readonly logger: Logger
  /** Of a door: it is counted as a stage of its own. */
  readonly metricsOf: (stage: string) => StageMetrics
}

/** What a feature makes its doors of. */
export interface DoorKit extends DoorParts {
  readonly limits: Limits
  readonly take: Take
  readonly formatContext: FormatContext
}

const createKit = (parts: DoorParts): DoorKit => {
  const { intake, keep, config, linkKey, clock, logger } = parts
  const limits = createLimits(config.collector.limits, clock)
  const take = createTake({
    intake,
    keep: createGather(keep, {
      onFailure: (error) => logger.warn({ err: error }, 'Could not keep what was sent: the doors answer 503.'),
    }),
    limits,
    seal: createSeal(linkKey),
    retentionMs: config.defaults.retention,
    logger,
  })
  const formatContext = { zone: createZone(config.council.timezone), pseudonymOf: createPseudonyms(linkKey) }
  return { ...parts, limits, take, formatContext }
}

const routesOf = (kit: DoorKit): readonly DoorRoute[] => [
  ...recordDoors(kit),
  codesDoor({ ...kit, retentionMs: kit.config.defaults.retention }),
  snippetDoor(),
  ...snowplowDoors(kit),
  ...matomoDoors({ ...kit, zone: kit.formatContext.zone }),
  webhookDoor({ ...kit, twilioAuthToken: kit.twilioAuthToken }),
]

/** Before the server listens. The server's own `trustProxy` says whose word for an address is taken. */
export const registerDoors = (app: FastifyInstance, parts: DoorParts): void => {
  const kit = createKit(parts)
  void app.register(async (scope) => addDoors(scope, kit, withOpenApi(routesOf(kit))))
}
