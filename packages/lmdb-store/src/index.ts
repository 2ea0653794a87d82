export { openLmdbInbox } from './lmdb-inbox.ts'
export type { LmdbInbox, LmdbInboxOptions } from './lmdb-inbox.ts'
export { openLmdbStore } from './lmdb-store.ts'
export type { LmdbStoreOptions } from './lmdb-store.ts'
