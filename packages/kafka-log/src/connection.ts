/** A connection that is made when it is first needed, and anew when it could not be made or is of no use any more. */
import { faultType } from './faults.ts'

export interface Connection<T> {
  readonly use: <R>(work: (made: T) => Promise<R>) => Promise<R>
  /** Whoever uses it next gets another one; those who use it now may finish. */
  readonly renew: () => Promise<void>
  /** Ends it, if it was ever made. */
  readonly end: () => Promise<void>
}

interface Connectable {
  readonly connect: () => Promise<void>
  readonly disconnect: () => Promise<void>
}

interface Made<T> {
  readonly connection: Promise<T>
  users: number
  isRetired: boolean
}

export const whenFirstUsed = <T extends Connectable>(make: () => T): Connection<T> => {
  let current: Made<T> | undefined
  const disconnect = async ({ connection }: Made<T>): Promise<void> => {
    const known = await connection.catch(() => undefined)
    await known?.disconnect()
  }
  const get = (): Made<T> => {
    if (current) return current
    const connect = async (): Promise<T> => {
      const connection = make()
      await connection.connect()
      return connection
    }
    const made: Made<T> = { connection: connect(), users: 0, isRetired: false }
    made.connection.catch(() => {
      if (current === made) current = undefined
    })
    current = made
    return made
  }
  const retire = async (made: Made<T>): Promise<void> => {
    if (current === made) current = undefined
    if (made.isRetired) return
    made.isRetired = true
    if (made.users === 0) await disconnect(made)
  }
  const useOne = async <R>(made: Made<T>, work: (made: T) => Promise<R>): Promise<R> => {
    made.users++
    try {
      return await work(await made.connection)
    } finally {
      made.users--
      if (made.isRetired && made.users === 0) await disconnect(made)
    }
  }
  return {
    use: async (work) => {
      const made = get()
      try {
        return await useOne(made, work)
      } catch (error) {
        // A client of kafkajs that once dealt with a topic that is deleted by now fails at all others, too.
        if (faultType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
        await retire(made)
        return await useOne(get(), work)
      }
    },
    renew: async () => {
      if (current) await retire(current)
    },
    end: async () => {
      const made = current
      current = undefined
      if (made) await disconnect(made)
    },
  }
}
