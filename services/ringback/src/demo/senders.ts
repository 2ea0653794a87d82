/** The made-up council's systems, as Ringback sees them: they post to its doors, and put nightly files into its inbox folder. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SECOND_MS } from '@ringback/contracts'
import type { Delivery } from '@ringback/council'
import { RingbackError } from '@ringback/pipeline'
import { inboxOf } from './demo-folder.ts'
import type { DemoKeys } from './demo-keys.ts'

const DOORS = { web: 'events', contacts: 'contacts', profiles: 'profiles' } as const
const MOST_RECORDS = 500

export interface SenderParts {
  readonly url: string
  readonly dataDir: string
  readonly keys: DemoKeys
  readonly pause: (ms: number) => Promise<void>
}

/** Resolves when all of it is accepted. */
export type Send = (deliveries: readonly Delivery[]) => Promise<void>

export const createSend = ({ url, dataDir, keys, pause }: SenderParts): Send => {
  /** Whoever is told to come later comes later. */
  const post = async (door: string, records: readonly object[]): Promise<void> => {
    for (;;) {
      const answer = await fetch(`${url}v1/${door}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${door === 'events' ? keys.write : keys.secret}`,
        },
        body: JSON.stringify(records),
      })
      await answer.arrayBuffer()
      if (answer.status === 202) return
      if (answer.status !== 429 && answer.status !== 503)
        throw new RingbackError('store', `the door /v1/${door} answered ${answer.status} to the demo`)
      await pause(Number(answer.headers.get('retry-after') ?? 1) * SECOND_MS)
    }
  }

  /** It appears whole: whoever watches the folder sees it when it is complete. */
  const drop = ({ feed, name, text }: Extract<Delivery, { kind: 'file' }>): void => {
    const folder = inboxOf(dataDir, feed)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${name}.part`), text)
    renameSync(join(folder, `${name}.part`), join(folder, name))
  }

  return async (deliveries) => {
    for (const kind of ['profiles', 'web', 'contacts'] as const) {
      const records = deliveries.flatMap((one) =>
        one.kind === 'records' && one.recordKind === kind ? one.records : [],
      )
      for (let at = 0; at < records.length; at += MOST_RECORDS)
        await post(DOORS[kind], records.slice(at, at + MOST_RECORDS))
    }
    for (const one of deliveries) if (one.kind === 'file') drop(one)
  }
}
