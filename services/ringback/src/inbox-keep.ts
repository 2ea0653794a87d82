/** What comes through the doors of the embedded mode is kept in its inbox. */
import type { Keep } from '@ringback/collector'
import type { Inbox } from '@ringback/pipeline'

/** What is folded in one step is read in such pieces. */
const RECORDS_AT_ONCE = 500

export const createInboxKeep =
  (inbox: Pick<Inbox, 'append'>, appended: () => void): Keep =>
  async ({ records, bad }) => {
    const writes: Promise<void>[] = []
    // All of them go in one transaction, since they come at once.
    for (let from = 0; from < records.length; from += RECORDS_AT_ONCE)
      writes.push(inbox.append({ records: records.slice(from, from + RECORDS_AT_ONCE), bad: [] }))
    if (bad.length > 0) writes.push(inbox.append({ records: [], bad }))
    await Promise.all(writes)
    appended()
  }
