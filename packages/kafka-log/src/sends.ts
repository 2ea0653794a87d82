/** How an append is cut into requests. */
import { type OutgoingMessage, partitionOf } from '@ringback/pipeline'

/** kafkajs makes one record batch of what a send holds for a partition, and a broker by default refuses batches over 1 MiB. */
const MOST_MESSAGES = 500
const MOST_BYTES = 768 * 1024
/** Of a whole send: it is encoded in one piece, which keeps the event loop. */
const MOST_SEND_BYTES = 4 * 1024 * 1024
/** Lengths, deltas and attributes of one record, at most. */
const RECORD_OVERHEAD = 32

export interface PlacedMessage {
  readonly key: string
  readonly value: string | null
  readonly partition: number
}

interface Cut {
  readonly send: number
  readonly messages: number
  readonly bytes: number
}

/**
 * Sends to be made one after the other: each holds at most 500 messages and 768 KiB of one partition, or a larger message alone.
 * What goes to one partition keeps its order, as none of it is in an earlier send than what came before it.
 */
export const sendsOf = (
  messages: readonly OutgoingMessage[],
  partitions: number,
): readonly (readonly PlacedMessage[])[] => {
  const sends: PlacedMessage[][] = []
  const sizes: number[] = []
  const last = new Map<number, Cut>()
  for (const { key, value, partition = partitionOf(key, partitions) } of messages) {
    const bytes = Buffer.byteLength(key) + (value === null ? 0 : Buffer.byteLength(value)) + RECORD_OVERHEAD
    const { send: before, messages: count, bytes: size } = last.get(partition) ?? { send: 0, messages: 0, bytes: 0 }
    const fits = count < MOST_MESSAGES && (count === 0 || size + bytes <= MOST_BYTES)
    let send = fits ? before : before + 1
    while ((sizes[send] ?? 0) > 0 && (sizes[send] ?? 0) + bytes > MOST_SEND_BYTES) send++
    const isSame = send === before
    last.set(partition, { send, messages: isSame ? count + 1 : 1, bytes: isSame ? size + bytes : bytes })
    ;(sends[send] ??= []).push({ key, value, partition })
    sizes[send] = (sizes[send] ?? 0) + bytes
  }
  return sends
}
