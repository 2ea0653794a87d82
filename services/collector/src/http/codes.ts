/**
 * Journey codes: what a page shows for the resident to quote ("quote K7M-4QX when you call"). A session has one while it is valid, and no
 * code is given twice within the retention. What ties the call to the session is an event of it that quotes the code.
 */
import { createHash, randomInt } from 'node:crypto'
import { DAY_MS, formatInstant, ID_LENGTH, type Instant } from '@ringback/contracts'
import { type Claims, RingbackError } from '@ringback/pipeline'
import type { Keys } from '../keys/keys.ts'
import { admit, checkSignature } from './admission.ts'
import { readJson } from './body.ts'
import { type Call, isBotCall } from './call.ts'
import type { DoorCall, DoorRoute } from './doors.ts'
import type { Limits } from './limits.ts'
import { type Answer, type Refused, refused } from './problems.ts'
import { JSON_TYPES } from './record-doors.ts'
import { codeRequestSchema } from './schemas.ts'
import type { Submitted, Take } from './take.ts'

/** Crockford's: without I, L, O and U. */
export const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 6
const VALID_MS = DAY_MS
/** Of 32^6 codes so many are never taken in a row. */
const MOST_TRIES = 20

export interface CodesParts {
  readonly keys: Keys
  readonly claims: Claims
  readonly limits: Pick<Limits, 'code'>
  readonly take: Take
  /** Within it no code is given twice. */
  readonly retentionMs: number
}

interface Issued {
  readonly code: string
  readonly expiresAt: Instant
}

const draw = (): string =>
  Array.from({ length: CODE_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22)

const written = ({ code, expiresAt }: Issued): string => `${code}|${expiresAt}`

const parseIssued = (text: string): Issued | undefined => {
  const [code, expiresAt] = text.split('|')
  return code?.length === CODE_LENGTH && Number.isInteger(Number(expiresAt))
    ? { code, expiresAt: Number(expiresAt) }
    : undefined
}

/**
 * First the session claims a code, then the code is claimed for the session: who dies in between, or asks again, does both again, to the
 * same effect. A code that another session had is left to it, and the session's next try has a name of its own.
 */
const issue = async ({ claims, retentionMs }: CodesParts, session: string, now: Instant): Promise<Issued> => {
  const owner = hashOf(session)
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const drawn = { code: draw(), expiresAt: now + VALID_MS }
    const issued = parseIssued(await claims.claim(`code-of:${owner}:${attempt}`, written(drawn), VALID_MS))
    if (!issued) continue
    // With the time: after it has expired the session may not draw it again, either.
    const own = `${owner}|${issued.expiresAt}`
    const rest = Math.max(retentionMs, VALID_MS)
    if ((await claims.claim(`code:${issued.code}`, own, rest)) === own) return issued
  }
  throw new RingbackError('store', 'no journey code is free', { retryable: true })
}

/** The same for each asking: saying it again changes nothing. */
const toEvent = ({ code, expiresAt }: Issued, session: string): Submitted => {
  const raw = {
    id: `code:${hashOf(`${session}|${code}`)}`,
    time: formatInstant(expiresAt - VALID_MS),
    session,
    type: 'page_view',
    linking: 'quoted',
    identifiers: { code },
  }
  return { raw, text: () => JSON.stringify(raw) }
}

const readSession = async (call: Call): Promise<{ readonly kind: 'read'; readonly session: string } | Refused> => {
  const body = await readJson(call)
  if (body.kind === 'refused') return body
  const request = codeRequestSchema.safeParse(body.value.json)
  if (!request.success) return refused('invalid', `expected {"session": …}, at most ${ID_LENGTH} characters`)
  return { kind: 'read', session: request.data.session }
}

export const codesDoor = (parts: CodesParts): DoorRoute => {
  const { keys, claims, limits, take } = parts

  const answer = async ({ call, caller, metrics }: DoorCall): Promise<Answer> => {
    if (!caller) return refused('unauthorised')
    const notSigned = await checkSignature(caller, call, claims)
    if (notSigned) return notSigned
    const read = await readSession(call)
    if (read.kind === 'refused') return read
    const tooMany = limits.code(call.network)
    if (tooMany) return tooMany
    const issued = await issue(parts, read.session, call.received)
    const records = [toEvent(issued, read.session)]
    const submission = {
      call,
      key: caller.key,
      kind: 'web',
      records,
      isList: false,
      isBot: isBotCall(call),
      metrics,
    } as const
    const taken = await take(submission)
    if (taken.kind === 'refused') return taken
    const { code, expiresAt } = issued
    const body = { code: `${code.slice(0, 3)}-${code.slice(3)}`, expires_at: formatInstant(expiresAt) }
    return { kind: 'answered', status: 200, body, headers: { 'cache-control': 'no-store' } }
  }

  return {
    method: 'POST',
    path: '/v1/codes',
    name: 'codes',
    isForPages: true,
    types: JSON_TYPES,
    about: {
      summary: 'A journey code of a session, for the resident to quote.',
      takes: 'CodeRequest',
      answers: { status: 200, schema: 'Code' },
      keys: ['write', 'secret', 'signature'],
    },
    admit: (call) => admit(keys, call, 'any'),
    handle: async (door) => {
      try {
        return await answer(door)
      } catch (error) {
        if (!(error instanceof RingbackError)) throw error
        return { ...refused('unavailable', 'no code can be given for now'), retryAfterSeconds: 5 }
      }
    },
  }
}
