/**
 * Which rules a partition is judged by is said on its log (HOUSEHOLD-LOG, Rules changed). A process whose own rules are others
 * folds nothing until it has seen, further on, that its rules are coming; up to there it judges by those that the log names.
 */
import type { RulesMessage } from '@ringback/households'
import { RingbackError } from '@ringback/pipeline'
import type { Numbered } from './partition-fold.ts'

/** `search`: look for a rules message further on, and fold nothing; else by which rules. */
export type GateVerdict = 'search' | { readonly rules: RulesMessage }

export interface RulesGate {
  /** `said`: the last rules folded; `position`: what is to be folded next. */
  readonly check: (partition: number, said: RulesMessage | undefined, position: number) => GateVerdict
  /** Looks through messages for rules that end the search. Where to read on, unless it is behind these messages. */
  readonly search: (partition: number, messages: readonly Numbered[], position: number) => number | undefined
  /** The offset up to which a partition was searched. */
  readonly reached: (partition: number, position: number) => number
  readonly standstill: () => string | undefined
}

interface Search {
  /** Everything from here to `reached` was looked through. */
  readonly from: number
  reached: number
  found?: { readonly offset: number; readonly rules: RulesMessage }
  /** Whether any rules will do, since none were folded yet. */
  readonly any: boolean
}

export const createRulesGate = (own: RulesMessage): RulesGate => {
  const searches = new Map<number, Search>()
  const searchOf = (partition: number, position: number, any: boolean): Search => {
    const known = searches.get(partition)
    // After a loss of state the position falls back, and what lies before it was not looked through.
    const isOfUse =
      known && known.any === any && known.from <= position && (known.found?.offset ?? Infinity) >= position
    if (isOfUse) {
      // What lies below is folded, or gone from the log.
      known.reached = Math.max(known.reached, position)
      return known
    }
    const search = { from: position, reached: position, any }
    searches.set(partition, search)
    return search
  }

  return {
    check: (partition, said, position) => {
      if (said && said.keyId !== own.keyId)
        throw new RingbackError(
          'key',
          'the link key is not the one that this log was made with: residents would fall apart. Give the former key, or begin anew with another kafka.prefix',
        )
      if (said?.ruleVersion === own.ruleVersion) {
        searches.delete(partition)
        return { rules: said }
      }
      const { found } = searchOf(partition, position, !said)
      return found && found.offset >= position ? { rules: said ?? found.rules } : 'search'
    },
    search: (partition, messages, position) => {
      const search = searchOf(partition, position, searches.get(partition)?.any ?? true)
      if ((messages[0]?.offset ?? Infinity) > search.reached) return search.reached
      for (const { offset, message } of messages) {
        if (offset < position || message?.kind !== 'rules') continue
        if (search.any || (message.ruleVersion === own.ruleVersion && !message.isFirst)) {
          search.found = { offset, rules: message }
          return position
        }
      }
      search.reached = Math.max(search.reached, (messages.at(-1)?.offset ?? -1) + 1)
      return undefined
    },
    reached: (partition, position) => Math.max(searches.get(partition)?.reached ?? position, position),
    standstill: () => {
      const waiting = [...searches].filter(([, { found, any }]) => !found && !any).map(([partition]) => partition)
      return waiting.length === 0
        ? undefined
        : `the rules have changed, and partitions ${waiting.join(', ')} wait for them: run \`ringback rejudge\``
    },
  }
}
