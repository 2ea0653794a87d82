/** Load on the council's own topics: records of ever new residents, in any order, some of them twice, some much later, and rubbish. */
import type { RecordKind } from '@ringback/contracts'
import { type Log, RingbackError } from '@ringback/pipeline'
import type { Random } from '../simulation/random.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { KAFKA } from './cluster.ts'
import { type WorldRecord, worldRecords } from './council.ts'

interface LoadMessage {
  readonly topic: string
  readonly key: string
  readonly value: string
  readonly holds: readonly WorldRecord[]
}

export interface Load {
  /** What is sent in one round, piece by piece. */
  readonly next: () => readonly (readonly LoadMessage[])[]
  /** Everything that was held back, at last. */
  readonly rest: () => readonly (readonly LoadMessage[])[]
}

export interface LoadOptions {
  readonly seed: number
  readonly random: Random
  readonly clock: number
  /** New worlds in a round. */
  readonly worlds: number
}

const RUBBISH = ['{"id":', '[7,{"session":"s"}]', 'null', '{"source":"tel","id":"x","time":"never","channel":"phone"}']
const MOST_IN_A_MESSAGE = 6
const MOST_IN_A_PIECE = 40

export const createLoad = ({ seed, random, clock, worlds }: LoadOptions): Load => {
  let nextWorld = 0
  let held: WorldRecord[] = []
  const sent: WorldRecord[] = []

  const toMessages = (records: readonly WorldRecord[]): LoadMessage[] => {
    const byTopic = new Map<string, WorldRecord[]>()
    for (const one of records) {
      const topics = KAFKA.sources[one.kind]
      const topic = topics[random.below(topics.length)] as string
      byTopic.set(topic, [...(byTopic.get(topic) ?? []), one])
    }
    const messages: LoadMessage[] = []
    for (const [topic, own] of byTopic)
      for (let from = 0; from < own.length;) {
        const holds = own.slice(from, from + 1 + random.below(MOST_IN_A_MESSAGE))
        from += holds.length
        const bodies = holds.map(({ record }) => record)
        const value = JSON.stringify(bodies.length === 1 && random.below(2) === 0 ? bodies[0] : bodies)
        messages.push({ topic, key: String(random.below(1_000)), value, holds })
      }
    return messages
  }

  const rubbish = (): LoadMessage => {
    const kinds: readonly RecordKind[] = ['web', 'contacts']
    const topics = KAFKA.sources[kinds[random.below(2)] ?? 'web']
    const value = RUBBISH[random.below(RUBBISH.length)] as string
    return { topic: topics[random.below(topics.length)] as string, key: 'rubbish', value, holds: [] }
  }

  const inPieces = (records: readonly WorldRecord[]): LoadMessage[][] => {
    const messages = random.shuffle([...toMessages(records), ...Array.from({ length: 1 + random.below(3) }, rubbish)])
    const pieces: LoadMessage[][] = []
    for (let from = 0; from < messages.length; from += pieces.at(-1)?.length ?? 1)
      pieces.push(messages.slice(from, from + 1 + random.below(MOST_IN_A_PIECE)))
    return pieces
  }

  return {
    next: () => {
      const fresh = Array.from({ length: worlds }, () => worldRecords(seed, ++nextWorld, clock)).flat()
      const come = random.shuffle([...held, ...fresh])
      // A third comes in one of the next rounds.
      const now = come.filter(() => random.below(3) > 0)
      const chosen = new Set(now)
      held = come.filter((one) => !chosen.has(one))
      const again = [...now.filter(() => random.below(6) === 0), ...sent.filter(() => random.below(40) === 0)]
      sent.push(...now)
      return inPieces(random.shuffle([...now, ...again]))
    },
    rest: () => {
      const last = held
      held = []
      return inPieces(random.shuffle(last))
    },
  }
}

/** Acknowledged by the broker, however often it has to be tried: a try that failed may be there, too. */
export const sendPiece = async (log: Pick<Log, 'append'>, piece: readonly LoadMessage[]): Promise<void> => {
  const byTopic = new Map<string, LoadMessage[]>()
  for (const message of piece) byTopic.set(message.topic, [...(byTopic.get(message.topic) ?? []), message])
  await Promise.all(
    [...byTopic].map(async ([topic, messages]) => {
      const some = messages.map(({ key, value }) => ({ key, value }))
      const giveUpAt = performance.now() + 300_000
      for (;;)
        try {
          return await log.append(topic, some)
        } catch (error) {
          if (!(error instanceof RingbackError && error.retryable) || performance.now() > giveUpAt) throw error
          await pause(200)
        }
    }),
  )
}
