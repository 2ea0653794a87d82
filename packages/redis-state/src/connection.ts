/** The one place that makes clients: what ioredis would do behind our back (queue, resend, retry, print) is switched off here. */
import { Cluster, Command, Redis } from 'ioredis'
import type { Endpoints } from './endpoints.ts'
import { toFailure } from './failures.ts'

export interface Timeouts {
  /** From the first byte sent until the connection can be used. */
  readonly connectTimeoutMs: number
  /** From a call to its answer. After as long a silence the connection is given up, since its peer may be gone. */
  readonly commandTimeoutMs: number
}

export const TIMEOUTS: Timeouts = { connectTimeoutMs: 5_000, commandTimeoutMs: 10_000 }

export type Client = Redis | Cluster

export interface Connection {
  readonly client: Client
  /**
   * Calls once the connection for a key can be used: waits for an attempt to make it, and fails with it. Whatever it rejects
   * with is a RingbackError.
   */
  readonly call: <T>(key: string, work: (client: Client) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000
/** Half of it is chance, so that many clients do not come back at once. */
const pauseBefore = (attempt: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS) * (0.5 + Math.random() / 2)

const optionsOf = (endpoints: Endpoints, { connectTimeoutMs, commandTimeoutMs }: Timeouts) => ({
  ...(endpoints.username !== undefined && { username: endpoints.username }),
  ...(endpoints.password !== undefined && { password: endpoints.password }),
  ...(endpoints.usesTls && { tls: {} }),
  connectionName: 'ringback',
  connectTimeout: connectTimeoutMs,
  commandTimeout: commandTimeoutMs,
  socketTimeout: commandTimeoutMs,
  enableAutoPipelining: false,
  // What was under way when a connection broke is a lost answer: the caller reads again before it writes again.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // Behind an address that moves with a failover, the old connection still leads to what is a replica by now.
  reconnectOnError: (error: Error) => error.message.includes('READONLY'),
})

const createClient = (endpoints: Endpoints, timeouts: Timeouts): Client => {
  const options = optionsOf(endpoints, timeouts)
  if (!endpoints.isCluster)
    return new Redis({
      ...options,
      ...endpoints.nodes[0],
      db: endpoints.database,
      enableOfflineQueue: false,
      retryStrategy: pauseBefore,
    })
  return new Cluster([...endpoints.nodes], {
    redisOptions: options,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    clusterRetryStrategy: pauseBefore,
    slotsRefreshTimeout: timeouts.connectTimeoutMs,
    // A redirection that is followed more often than this is a loop; of a slot without an owner the call tells after half a second.
    maxRedirections: 5,
    // A lost answer again: no resending of a script that may have run.
    retryDelayOnFailover: 0,
  })
}

/** The address of the node that a key lies at, as far as the client knows. */
export const ownerOf = (client: Cluster, key: string): string | undefined =>
  client.slots[new Command('exists', [key]).getSlot()]?.[0]

export const nodeAt = (client: Cluster, address: string | undefined): Redis | undefined =>
  client.nodes('master').find(({ options }) => `${options.host}:${options.port}` === address)

/** Follows attempts to connect. */
const createWaiting = (timeoutMs: number) => {
  const attempts = new Map<Client, { readonly outcome: Promise<void>; readonly giveUp: () => void }>()
  return {
    /** Resolves when it is ready; rejects when the attempt has failed, or there was none in time. */
    waitFor: (client: Client, whyNot: () => unknown): Promise<void> => {
      const known = attempts.get(client)
      if (known) return known.outcome
      let giveUp = (): void => {}
      const outcome = new Promise<void>((resolve, reject) => {
        const finish = (settle: () => void) => (): void => {
          clearTimeout(timer)
          client.off('ready', onReady).off('close', onFailure).off('end', onFailure)
          attempts.delete(client)
          settle()
        }
        const onReady = finish(resolve)
        const onFailure = finish(() => reject(whyNot()))
        const timer = setTimeout(onFailure, timeoutMs)
        client.on('ready', onReady).on('close', onFailure).on('end', onFailure)
        giveUp = onFailure
      })
      attempts.set(client, { outcome, giveUp })
      return outcome
    },
    giveUp: (): void => {
      for (const { giveUp } of Array.from(attempts.values())) giveUp()
    },
  }
}

export const connect = (endpoints: Endpoints, timeouts: Timeouts): Connection => {
  const client = createClient(endpoints, timeouts)
  const { waitFor, giveUp } = createWaiting(timeouts.connectTimeoutMs)
  /** Why it is not connected, as far as it is known. */
  let lastError: unknown = new Error('It is not connected yet')
  client.on('error', (error: unknown) => {
    lastError = error
  })

  let isClosed = false
  const ready = async (key: string): Promise<void> => {
    if (isClosed) throw new Error('The connection was closed on this side')
    if (client.status !== 'ready') await waitFor(client, () => lastError)
    if (client instanceof Redis) return
    // A Cluster connects to each of its nodes when it is first needed, and refuses what is called meanwhile.
    const node = nodeAt(client, ownerOf(client, key))
    if (!node || node.status === 'ready' || node.status === 'end') return
    const attempt = waitFor(node, () => new Error('A node of the Cluster cannot be reached'))
    if (node.status === 'wait') node.connect().catch(() => {})
    await attempt
  }

  return {
    client,
    call: async (key, work) => {
      try {
        await ready(key)
        return await work(client)
      } catch (cause) {
        throw toFailure(endpoints, cause)
      }
    },
    close: async () => {
      isClosed = true
      const { status } = client
      client.disconnect()
      giveUp()
      // Between two attempts there is nothing that could end.
      if (status !== 'ready') return
      await new Promise<void>((resolve) => {
        client.once('end', () => resolve())
      })
    },
  }
}
