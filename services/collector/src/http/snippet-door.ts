/** `GET /ringback.js`: the snippet for sites without a tracker. */
import { readFileSync } from 'node:fs'
import type { DoorRoute } from './doors.ts'

const FILE = new URL('../../snippet/ringback.js', import.meta.url)

const HEADERS = {
  'content-type': 'text/javascript; charset=utf-8',
  // Pages ask for it at every view; a new version reaches them within the hour.
  'cache-control': 'public, max-age=3600',
  // Also where a page lets in only what says that it may be.
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
}

export const snippetDoor = (): DoorRoute => {
  const body = readFileSync(FILE, 'utf8')
  return {
    method: 'GET',
    path: '/ringback.js',
    name: 'snippet',
    isForPages: true,
    about: { summary: 'The snippet for sites without a tracker.', keys: [] },
    handle: async () => ({ kind: 'answered', status: 200, body, headers: HEADERS }),
  }
}
