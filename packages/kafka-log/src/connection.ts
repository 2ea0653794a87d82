/** A connection that is made when it is first needed, and anew when it could not be made or is of no use any more. */
import { faultType } from './faults.ts'

export interface Connection<T> {
  readonly use: <R>(work: (made: T) => Promise<R>) => Promise<R>
  /** Ends it, if it was ever made. */
  readonly end: () => Promise<void>
}

interface Connectable {
  readonly connect: () => Promise<void>
  readonly disconnect: () => Promise<void>
}

export const whenFirstUsed = <T extends Connectable>(make: () => T): Connection<T> => {
  let made: Promise<T> | undefined
  const get = (): Promise<T> => {
    const making = (made ??= (async () => {
      const connection = make()
      await connection.connect()
      return connection
    })())
    making.catch(() => {
      if (made === making) made = undefined
    })
    return making
  }
  const end = async (): Promise<void> => {
    const known = await made?.catch(() => undefined)
    made = undefined
    await known?.disconnect()
  }
  return {
    end,
    use: async (work) => {
      try {
        return await work(await get())
      } catch (error) {
        // A client of kafkajs that once dealt with a topic that is deleted by now fails at all others, too.
        if (faultType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
        await end()
        return await work(await get())
      }
    },
  }
}
