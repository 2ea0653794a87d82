/** The thread that writes a store: each message is one transaction, done when it is answered (ADR 0037). */
import { parentPort, workerData } from 'node:worker_threads'
import { open } from 'lmdb'
import { type Changes, changesIn, DATABASES, type DatabaseName } from './changes.ts'
import { type FromCommitWorker, STORE_OPTIONS, type ToCommitWorker } from './commit-messages.ts'

const APPEND = { append: true }
const IN_PLACE = {}

const run = (path: string, port: NonNullable<typeof parentPort>): void => {
  const env = open({ path, ...STORE_OPTIONS })
  const openDatabase = (name: DatabaseName) => env.openDB<Buffer>(name, { encoding: 'binary', ...DATABASES[name] })
  const opened = new Map((Object.keys(DATABASES) as DatabaseName[]).map((name) => [name, openDatabase(name)]))

  const apply = (changes: Changes): void => {
    const database = opened.get(changes.database)
    const options = changes.append ? APPEND : IN_PLACE
    for (const [key, value] of changesIn(changes))
      if (value) database?.putSync(key, value as Buffer, options)
      else database?.removeSync(key)
  }
  const answer = async (id: number, work: () => void | Promise<unknown>): Promise<void> => {
    let failure: unknown
    try {
      await work()
    } catch (error) {
      failure = error
    }
    const message: FromCommitWorker = { id, ...(failure === undefined ? {} : { failure }) }
    port.postMessage(message)
  }

  port.on('message', (message: ToCommitWorker) => {
    if (message.type === 'commit')
      void answer(message.id, () => env.transactionSync(() => message.changes.forEach(apply)))
    else if (message.type === 'flush') void answer(message.id, () => env.flushed)
    else
      void answer(message.id, async () => {
        await env.flushed
        await env.close()
      }).then(() => port.close())
  })
}

if (parentPort) run((workerData as { readonly path: string }).path, parentPort)
