/** Test doors that really listen, for senders that cannot be injected. */
import type { AddressInfo } from 'node:net'
import type { TestDoors } from './test-doors.ts'

export interface Listening {
  readonly url: string
  /** Resolves when it holds after something was answered; rejects after half a minute. */
  readonly until: (holds: () => boolean) => Promise<void>
  readonly close: () => Promise<void>
}

const PATIENCE_MS = 30_000

export const listen = async ({ app }: TestDoors): Promise<Listening> => {
  let look = (): void => undefined
  app.addHook('onResponse', async () => look())
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    until: (holds) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('it did not come in time')), PATIENCE_MS)
        look = () => {
          if (!holds()) return
          clearTimeout(timer)
          resolve()
        }
        look()
      }),
    close: () => app.close(),
  }
}
