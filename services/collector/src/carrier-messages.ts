/** Records on their way to their topics: those of one carrier go in one message, as far as they fit. */
import { type EdgeRecord, type RecordKind, toTopicRecord } from '@ringback/contracts'
import { contactNode, profileNode, sessionNode } from '@ringback/journeys'
import type { OutgoingMessage } from '@ringback/pipeline'

/** In characters, of which few take more than one byte; a broker takes four times as much. */
const MOST_CHARACTERS = 256 * 1024

const carrierOf = (record: EdgeRecord): string => {
  switch (record.kind) {
    case 'web':
      return sessionNode(record.session)
    case 'contacts':
      return contactNode(record.source, record.conversation)
    case 'profiles':
      return profileNode(record.source, record.id)
  }
}

export interface CarrierMessage extends OutgoingMessage {
  readonly kind: RecordKind
}

const valueOf = (records: readonly string[]): string =>
  records.length === 1 ? String(records[0]) : `[${records.join()}]`

/** By carrier, in the order in which the carriers first come. */
export const toCarrierMessages = (records: readonly EdgeRecord[]): readonly CarrierMessage[] => {
  const carriers = new Map<string, { readonly kind: RecordKind; readonly messages: string[][]; room: number }>()
  for (const record of records) {
    const key = carrierOf(record)
    const json = toTopicRecord(record)
    const carrier = carriers.get(key)
    const last = carrier?.messages.at(-1)
    if (!carrier || !last)
      carriers.set(key, { kind: record.kind, messages: [[json]], room: MOST_CHARACTERS - json.length })
    else if (json.length < carrier.room) {
      last.push(json)
      carrier.room -= json.length + 1
    } else {
      carrier.messages.push([json])
      carrier.room = MOST_CHARACTERS - json.length
    }
  }
  return [...carriers].flatMap(([key, { kind, messages }]) =>
    messages.map((texts) => ({ kind, key, value: valueOf(texts) })),
  )
}
