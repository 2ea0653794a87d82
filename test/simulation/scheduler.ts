/**
 * One seeded chooser of everything that may happen. A process that calls a port waits until the scheduler lets the call happen,
 * answers it, loses the answer, or lets the process die around it.
 */
import { RingbackError } from '@ringback/pipeline'
import type { Random } from './random.ts'

interface PendingCall {
  readonly process: string
  readonly name: string
  readonly effect: (part: number) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (cause: unknown) => void
}

export interface CallOptions {
  readonly process: string
  readonly name: string
}

/** How a call ends. Each but the first is a fault. */
export type Ending = 'answered' | 'refused before' | 'answer lost' | 'partly done' | 'dies before' | 'dies after'

const lost = (name: string): RingbackError => new RingbackError('store', `${name}: no answer`, { retryable: true })

export const createScheduler = (random: Random) => {
  let pending: PendingCall[] = []
  let calls = 0

  return {
    random,
    /** How many port calls have ended. */
    calls: (): number => calls,
    hasPending: (): boolean => pending.length > 0,
    /** `effect` gets the share of the call that happens: 1, or less for one that is partly done. */
    call: <T>({ process, name }: CallOptions, effect: (part: number) => T): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        pending.push({ process, name, effect, resolve: resolve as (value: unknown) => void, reject })
      }),
    /** Ends one of the pending calls; the process that died of it, if one did. */
    endOne: (choose: (name: string) => Ending): string | undefined => {
      const index = random.below(pending.length)
      const [call] = pending.splice(index, 1)
      if (!call) return undefined
      calls++
      const ending = choose(call.name)
      const act = (part: number): unknown => {
        try {
          return call.effect(part)
        } catch (cause) {
          call.reject(cause)
          return undefined
        }
      }
      if (ending === 'answered') call.resolve(act(1))
      else if (ending === 'refused before') call.reject(lost(call.name))
      else if (ending === 'answer lost') {
        act(1)
        call.reject(lost(call.name))
      } else if (ending === 'partly done') {
        act(random.below(100) / 100)
        call.reject(lost(call.name))
      } else {
        if (ending === 'dies after') act(1)
        return call.process
      }
      return undefined
    },
    /** Nothing that a dead process waits for will ever be answered. */
    forget: (process: string): void => {
      pending = pending.filter((call) => call.process !== process)
    },
    /** Resolves when every process that can go on has gone on. */
    settle: (): Promise<void> => new Promise((resolve) => setImmediate(resolve)),
  }
}

export type Scheduler = ReturnType<typeof createScheduler>
