/** What is still to come, kept by the minute, so that nothing but the near future is in memory. */
import { type Instant, MINUTE_MS, type RecordKind } from '@ringback/contracts'
import type { TrueRecord } from './truth.ts'

/** Feeds, as the configuration names them; `website` sends web events, `customers` profiles. */
export type FeedName = 'website' | 'customers' | 'telephony' | 'chat' | 'mailbox' | 'crm' | 'desk'

export type Item =
  | {
      readonly kind: 'record'
      readonly at: Instant
      readonly key: string
      readonly feed: FeedName
      readonly record: object
    }
  /** A line of a CSV that is delivered whole: `file` names it. */
  | {
      readonly kind: 'row'
      readonly at: Instant
      readonly key: string
      readonly feed: 'crm' | 'desk'
      readonly file: string
      readonly row: string
    }
  | { readonly kind: 'truth'; readonly at: Instant; readonly key: string; readonly truth: TrueRecord }

export const KIND_OF: Readonly<Record<FeedName, RecordKind>> = {
  website: 'web',
  customers: 'profiles',
  telephony: 'contacts',
  chat: 'contacts',
  mailbox: 'contacts',
  crm: 'contacts',
  desk: 'contacts',
}

export interface Agenda {
  readonly add: (item: Item) => void
  /** What is due before that, minute by minute, in an order that depends on the items alone. */
  readonly due: (before: Instant) => Iterable<readonly Item[]>
}

const inOrder = (a: Item, b: Item): number => a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

export const createAgenda = (from: Instant): Agenda => {
  const minutes = new Map<number, Item[]>()
  let next = Math.floor(from / MINUTE_MS)
  let size = 0
  return {
    add: (item) => {
      const minute = Math.max(next, Math.floor(item.at / MINUTE_MS))
      const items = minutes.get(minute)
      if (items) items.push(item)
      else minutes.set(minute, [item])
      size += 1
    },
    *due(before) {
      for (; next * MINUTE_MS < before && (size > 0 || before < Infinity); next += 1) {
        const items = minutes.get(next)
        if (items === undefined) continue
        minutes.delete(next)
        size -= items.length
        yield items.sort(inOrder)
      }
    },
  }
}
