/** The port's promises, kept by two that have one folder open. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claimsConformance } from '@ringback/testkit'
import { openLmdbInbox } from './lmdb-inbox.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringback-claims-'))
afterAll(() => rmSync(folder, { recursive: true }))

let opened = 0
claimsConformance('LMDB', {
  open: async () => {
    let now = 0
    const path = join(folder, String(++opened))
    const openIt = () => openLmdbInbox({ path, mostBytes: 1e9, after: 0, clock: () => now }).claims
    return {
      claims: openIt(),
      other: openIt(),
      elapse: async (ms) => {
        now += ms
      },
    }
  },
})
