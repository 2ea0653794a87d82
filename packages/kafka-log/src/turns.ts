/** One thing at a time under each name, in the order in which it was asked for. */
export interface Turns {
  readonly take: <T>(name: string, work: () => Promise<T>) => Promise<T>
  readonly isBusy: (name: string) => boolean
  /** Resolves when everything that was asked for until now is done. */
  readonly done: () => Promise<void>
}

export const createTurns = (): Turns => {
  const last = new Map<string, Promise<unknown>>()
  return {
    take: (name, work) => {
      const before = last.get(name)
      const mine = before ? before.then(work) : work()
      const forget = (): void => {
        if (last.get(name) === settled) last.delete(name)
      }
      const settled: Promise<void> = mine.then(forget, forget)
      last.set(name, settled)
      return mine
    },
    isBusy: (name) => last.has(name),
    done: async () => {
      await Promise.all(last.values())
    },
  }
}
