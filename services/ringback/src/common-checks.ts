/** What `doctor` looks at in either mode. */
import { formatInstant, type Instant } from '@ringback/contracts'
import type { Check } from '@ringback/insights'
import { isKeyExposed } from '@ringback/runtime'
import type { House } from './house.ts'

const SHORT_KEY = 32
/** Machines whose clock was never set begin in 1970, or when they were made: long before this. */
const EARLIEST_NOW = Date.UTC(2025, 0, 1)

export const checkKey = ({ keyFile, linkKey }: Pick<House, 'keyFile' | 'linkKey'>): Check => {
  if (isKeyExposed(keyFile))
    return { status: 'fail', name: 'link key', message: `others can read it: chmod 600 ${keyFile}` }
  return linkKey().key.length < SHORT_KEY
    ? {
        status: 'warn',
        name: 'link key',
        message: `it is shorter than ${SHORT_KEY} characters and could be guessed: choose a longer one before more is imported, in a new data folder`,
      }
    : {
        status: 'ok',
        name: 'link key',
        message: 'the one that the data was made with: keep a copy of it in a safe place',
      }
}

export const checkClock = (now: Instant): Check =>
  now < EARLIEST_NOW
    ? { status: 'fail', name: 'clock', message: `it shows ${formatInstant(now)}: set it, and let NTP keep it` }
    : { status: 'ok', name: 'clock', message: `it shows ${formatInstant(now)}` }
