/**
 * Brings what comes from many partitions together in one insert: the more at once, the faster. Whoever brings something waits until
 * it is in; meanwhile more gathers for the next.
 */

export interface GatheringTimes {
  /** Resolves after so long, or rejects when there is nothing to wait for any more. */
  readonly pause: (ms: number) => Promise<void>
  /** What comes alone waits this long for more: with it, a row is visible in less than a second. */
  readonly longestMs: number
  /** With a backlog all partitions come at once, and then nothing does until they are answered. */
  readonly backlogMs: number
  /** So much goes at once. */
  readonly mostBytes: number
}

export const GATHERING = { longestMs: 250, backlogMs: 20, mostBytes: 16 * 1024 * 1024 } as const

/** Resolves when the part is where it belongs. Rejects if that failed; then it may be brought again. */
export type Gather<Part> = (part: Part, bytes: number, hasMore: boolean) => Promise<void>

interface Round<Part> {
  readonly parts: Part[]
  bytes: number
  /** Ends the waiting, at once or soon. */
  readonly go: () => void
  readonly done: Promise<void>
}

export const createGathering = <Part>(
  insert: (parts: readonly Part[]) => Promise<void>,
  { pause, longestMs, backlogMs, mostBytes }: GatheringTimes,
): Gather<Part> => {
  let gathering: Round<Part> | undefined
  let last: Promise<unknown> = Promise.resolve()
  /** Whoever is told to stop waits no more. */
  const waited = (ms: number): Promise<void> => pause(ms).catch(() => undefined)

  const begin = (): Round<Part> => {
    let go: () => void = () => undefined
    const told = new Promise<void>((resolve) => {
      go = resolve
    })
    const parts: Part[] = []
    const before = last
    const run = async (): Promise<void> => {
      await Promise.race([told, waited(longestMs)])
      // One insert at a time; what comes during it still joins this one.
      await before
      if (gathering === round) gathering = undefined
      await insert(parts)
    }
    const done = run()
    last = done.catch(() => undefined)
    const round: Round<Part> = { parts, bytes: 0, go, done }
    return round
  }

  return (part, bytes, hasMore) => {
    gathering ??= begin()
    const round = gathering
    round.parts.push(part)
    round.bytes += bytes
    if (round.bytes >= mostBytes) {
      // Full: what comes now is for the next.
      gathering = undefined
      round.go()
    } else if (hasMore) void waited(backlogMs).then(round.go)
    return round.done
  }
}
