/** The inbox of a data folder, as the main thread reads it: the doors' thread alone appends. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openLmdbInbox } from '@ringback/lmdb-store'
import { type Inbox, NO_METRICS } from '@ringback/pipeline'
import { createDrainStep } from './drain.ts'
import { INBOX_FOLDER } from './edge-messages.ts'
import type { EmbeddedHouse } from './house.ts'

export const openHouseInbox = ({ dataDir, config, store, clock }: EmbeddedHouse): Inbox =>
  openLmdbInbox({
    path: join(dataDir, INBOX_FOLDER),
    mostBytes: config.collector.inbox,
    after: store.progress().inboxRead,
    clock,
  })

/** What a `start` had accepted before it was killed is in the tables before any other command looks at them. */
export const emptyInbox = async (house: EmbeddedHouse): Promise<void> => {
  if (!existsSync(join(house.dataDir, INBOX_FOLDER))) return
  const inbox = openHouseInbox(house)
  try {
    const step = createDrainStep({ ...house, inbox, onRead: inbox.remove, metrics: NO_METRICS })
    while ((await step()) !== 'nothing');
  } finally {
    await inbox.close()
  }
}
