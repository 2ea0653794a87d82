/** The topics of the cluster: CONTRACT section 6. */
import { type Config, DAY_MS } from '@ringback/contracts'
import type { TopicSpec } from './log.ts'

/** Ours; the council's own are named in the configuration. */
export interface Topics {
  readonly web: string
  readonly contacts: string
  readonly profiles: string
  readonly households: string
  readonly conclusions: string
  readonly badRows: string
}

export type KafkaConfig = NonNullable<Config['kafka']>

export const topicsOf = ({ prefix }: Pick<KafkaConfig, 'prefix'>): Topics => ({
  web: `${prefix}.web`,
  contacts: `${prefix}.contacts`,
  profiles: `${prefix}.profiles`,
  households: `${prefix}.households`,
  conclusions: `${prefix}.conclusions`,
  badRows: `${prefix}.bad-rows`,
})

/** Consumer groups. Who folds `households` begins anew with its next generation: offsets of the former mean nothing in it. */
export const groupsOf = ({ prefix, generation }: Pick<KafkaConfig, 'prefix' | 'generation'>) => ({
  collector: `${prefix}.collector`,
  assembler: `${prefix}.assembler`,
  correlator: `${prefix}.correlator.${generation}`,
  writer: `${prefix}.writer`,
  /** Reads the profiles once more in each half of the retention. */
  profiles: (half: number) => `${prefix}.profiles.${half}`,
})

/** What the broker accepts of one message; `households` also carries whole households on the move. */
const MOST_MESSAGE_BYTES = 1024 * 1024
const MOST_HOUSEHOLDS_BYTES = 2 * 1024 * 1024
const CONCLUSIONS_KEPT = 7 * DAY_MS

/** With retention R: records R and a day, the household log two R and a day, conclusions a week. */
export const topicSpecs = (kafka: KafkaConfig, { retention }: Config['defaults']): readonly TopicSpec[] => {
  const topics = topicsOf(kafka)
  const spec = (topic: string, kept: number | undefined): TopicSpec => ({
    topic,
    partitions: kafka.partitions,
    retention: kept,
    isCompacted: false,
    stampsOnAppend: true,
    mostMessageBytes: MOST_MESSAGE_BYTES,
  })
  return [
    spec(topics.web, retention + DAY_MS),
    spec(topics.contacts, retention + DAY_MS),
    { ...spec(topics.profiles, undefined), isCompacted: true },
    { ...spec(topics.households, 2 * retention + DAY_MS), mostMessageBytes: MOST_HOUSEHOLDS_BYTES },
    spec(topics.conclusions, CONCLUSIONS_KEPT),
    spec(topics.badRows, retention),
  ]
}

/**
 * The council's own, where they are missing. What lies on them is raw: it is kept no longer than a redrive may need it, by the
 * broker's clock, since senders may stamp it with whatever time they like.
 */
export const sourceSpecs = (
  { sources, partitions }: KafkaConfig,
  { retention }: Config['defaults'],
): readonly TopicSpec[] =>
  [...new Set(Object.values(sources).flat())].map((topic) => ({
    topic,
    partitions,
    retention: retention + DAY_MS,
    isCompacted: false,
    stampsOnAppend: true,
    mostMessageBytes: MOST_MESSAGE_BYTES,
  }))
