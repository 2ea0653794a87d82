/**
 * Facts that wait to be folded together. They leave in an order in which those that name the same carrier or token come one after another:
 * what a household holds is read, judged and written once for all of them, not once for each (ADR 0038). Any order gives the same tables.
 */
import type { FactsMessage } from '@ringback/households'

/** Carriers' own facts as they cross threads: text is small, and what is parsed of it keeps no more alive than itself. */
export interface WaitingFacts {
  /** The JSON of each message. */
  readonly messages: readonly string[]
  /** Of each, what others may name too: its carrier and its tokens. */
  readonly names: readonly (readonly string[])[]
}

export const toWaitingFacts = (messages: readonly FactsMessage[]): WaitingFacts => ({
  messages: messages.map((message) => JSON.stringify(message)),
  names: messages.map(({ node, facts }) => [
    node,
    ...facts.flatMap(([, { tokens }]) => tokens.map(([token]) => token)),
  ]),
})

export interface FactsWindow {
  readonly add: (facts: WaitingFacts) => void
  /** How many characters of JSON wait. */
  readonly size: () => number
  /** All that waits, household by household; nothing waits any more. */
  readonly take: () => readonly string[]
}

export const createFactsWindow = (): FactsWindow => {
  let messages: string[] = []
  /** Of each message one that came before it and is named with it, or itself: disjoint sets, each called after its first. */
  let before: number[] = []
  let firstToName = new Map<string, number>()
  let size = 0

  const firstOf = (message: number): number => {
    let first = message
    for (let next = before[first]; next !== undefined && next !== first; next = before[first]) first = next
    for (let at = message; at !== first;) {
      const next = before[at] as number
      before[at] = first
      at = next
    }
    return first
  }

  return {
    add: (facts) => {
      for (const [i, json] of facts.messages.entries()) {
        const message = messages.push(json) - 1
        before.push(message)
        size += json.length
        for (const name of facts.names[i] ?? []) {
          const known = firstToName.get(name)
          if (known === undefined) firstToName.set(name, message)
          else {
            const [a, b] = [firstOf(known), firstOf(message)]
            before[Math.max(a, b)] = Math.min(a, b)
          }
        }
      }
    },
    size: () => size,
    take: () => {
      const order = messages.map((_, message) => ({ message, first: firstOf(message) }))
      order.sort((a, b) => a.first - b.first || a.message - b.message)
      const taken = order.map(({ message }) => messages[message] as string)
      messages = []
      before = []
      firstToName = new Map()
      size = 0
      return taken
    },
  }
}
