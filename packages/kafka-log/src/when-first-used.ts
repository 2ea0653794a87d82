/** A connection that is made when it is first needed; one that could not be made is tried anew by the next who needs it. */
export interface WhenFirstUsed<T> {
  readonly get: () => Promise<T>
  /** Ends it, if it was ever made. */
  readonly end: (close: (made: T) => Promise<void>) => Promise<void>
}

export const whenFirstUsed = <T>(make: () => Promise<T>): WhenFirstUsed<T> => {
  let made: Promise<T> | undefined
  const get = (): Promise<T> => {
    const making = (made ??= make())
    making.catch(() => {
      if (made === making) made = undefined
    })
    return making
  }
  return {
    get,
    end: async (close) => {
      const known = await made?.catch(() => undefined)
      made = undefined
      if (known !== undefined) await close(known)
    },
  }
}
