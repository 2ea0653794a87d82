/**
 * `ringback keys create|list|revoke`: who may come through the doors. Needs no open house; a running `start` reads the file again by
 * itself.
 */
import { dirname, join } from 'node:path'
import {
  changeKeyFile,
  KEY_KINDS,
  type KeyEntry,
  type KeyKind,
  keysFileOf,
  type KeysPlaces,
  type KeyWish,
  makeKey,
  readKeyFile,
} from '@ringback/collector'
import { formatInstant, ID_LENGTH, type Instant } from '@ringback/contracts'
import { findConfig, loadConfig, loadLinkKey } from '@ringback/runtime'
import { dataDirOf } from './house.ts'
import type { Io } from './io.ts'
import { type CommonOptions, type ParsedCommand, usageError } from './options.ts'

export const KEYS_OPTIONS = {
  kind: { type: 'string' },
  name: { type: 'string' },
  origin: { type: 'string', multiple: true },
} as const

/** So that one can be replaced without a gap: make the next, change the sender, revoke the former. */
const MOST_SECRETS = 2

const isActive = ({ revoked_at }: KeyEntry): boolean => revoked_at === null

const parseKind = (text: string): KeyKind => {
  const kind = KEY_KINDS.find((known) => known === text)
  if (kind) return kind
  throw usageError(`keys create: expected the kind ${KEY_KINDS.join(' or ')}`)
}

/** As browsers send it: scheme, host, and a port that is not the scheme's own. */
const parseOrigin = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && [url.origin, `${url.origin}/`].includes(text.toLowerCase()))
    return url.origin
  throw usageError('--origin: expected scheme and host alone, such as https://my.borsetshire.gov.uk')
}

const parseWish = ({ values, positionals }: ParsedCommand): KeyWish => {
  const [, ...given] = positionals
  const stated = typeof values['kind'] === 'string' ? [values['kind']] : []
  const [kind = 'write', ...more] = [...stated, ...given].map(parseKind)
  if (more.length > 0) throw usageError('keys create: expected one kind')
  const name = typeof values['name'] === 'string' ? values['name'] : 'default'
  if (name === '' || name.length > ID_LENGTH) throw usageError(`--name: expected 1 to ${ID_LENGTH} characters`)
  const origins = ((values['origin'] ?? []) as readonly string[]).map(parseOrigin)
  if (kind === 'secret' && origins.length > 0)
    throw usageError('--origin: a secret key does not belong in a page; make a write key for it')
  return { kind, name, origins: [...new Set(origins)] }
}

const NEW = { mode: 'embedded', collector: { keys: undefined } } as const

interface Place {
  readonly file: string
  readonly linkKey: () => Buffer
}

/** Before the first `start` there may be no configuration yet; then it is the embedded mode's place. */
const placeOf = (common: CommonOptions, io: Io): Place => {
  const dataDir = dataDirOf(common, io)
  const asked = common.config ?? (io.env['RINGBACK_CONFIG'] || undefined)
  const found = findConfig({ asked, dataDir, cwd: io.cwd })
  const config: KeysPlaces['config'] = found === undefined ? NEW : loadConfig(found).config
  const configFile = found ?? join(dataDir, 'ringback.yaml')
  const isCluster = config.mode === 'cluster'
  const keyDir = isCluster ? dirname(configFile) : dataDir
  return {
    file: keysFileOf({ config, configFile, dataDir }),
    linkKey: () => loadLinkKey({ env: io.env, dataDir: keyDir, configFile, mayMake: !isCluster }),
  }
}

const create = async (parsed: ParsedCommand, place: Place, now: Instant, io: Io): Promise<number> => {
  const wish = parseWish(parsed)
  const { entry, key } = makeKey(wish, place.linkKey, now)
  changeKeyFile(place.file, io.clock(), (keys) => {
    const alike = keys.filter((one) => isActive(one) && one.kind === 'secret' && one.name === wish.name)
    if (wish.kind === 'secret' && alike.length >= MOST_SECRETS)
      throw usageError(
        `keys create: ${wish.name} has ${MOST_SECRETS} secret keys: revoke one of them first (${alike.map(({ id }) => id).join(', ')})`,
      )
    return { keys: [...keys, entry], result: undefined }
  })
  const { id, kind, name } = entry
  if (parsed.common.json) await io.out(`${JSON.stringify({ id, kind, name, origins: wish.origins, key })}\n`)
  else {
    await io.out(`${key}\n`)
    io.err(`Made the ${kind} key ${id} (${name}). It is not shown again.\n`)
    if (kind === 'write' && wish.origins.length === 0)
      io.err('It is for servers: for a page name its origin with --origin https://…\n')
  }
  return 0
}

/** Without what is kept of them. */
const toListed = (entry: KeyEntry) => ({
  id: entry.id,
  kind: entry.kind,
  name: entry.name,
  origins: entry.kind === 'write' ? entry.origins : [],
  created_at: entry.created_at,
  revoked_at: entry.revoked_at,
})

const list = async (parsed: ParsedCommand, { file }: Place, io: Io): Promise<number> => {
  const listed = readKeyFile(file).map(toListed)
  if (parsed.common.json) await io.out(`${JSON.stringify({ keys: listed })}\n`)
  else
    for (const { id, kind, name, origins, created_at, revoked_at } of listed)
      await io.out(
        `${[id, kind.padEnd(6), revoked_at === null ? 'active ' : 'revoked', created_at, name, ...origins].join('  ')}\n`,
      )
  return 0
}

const revoke = async (parsed: ParsedCommand, { file }: Place, now: Instant, io: Io): Promise<number> => {
  const [, id, ...more] = parsed.positionals
  if (id === undefined || more.length > 0) throw usageError('keys revoke: expected the ID of one key')
  const revoked = changeKeyFile(file, io.clock(), (keys) => {
    const known = keys.find((entry) => entry.id === id)
    if (!known) throw usageError(`keys revoke: ${id}: no such key; \`keys list\` has them`)
    const entry: KeyEntry = { ...known, revoked_at: known.revoked_at ?? formatInstant(now) }
    return { keys: keys.map((one) => (one === known ? entry : one)), result: entry }
  })
  if (parsed.common.json) await io.out(`${JSON.stringify(toListed(revoked))}\n`)
  else await io.out(`revoked ${revoked.id}\n`)
  return 0
}

export const keysCommand = async (parsed: ParsedCommand, io: Io): Promise<number> => {
  const place = placeOf(parsed.common, io)
  const now = parsed.common.now ?? io.clock()
  const [verb, ...more] = parsed.positionals
  if (verb === 'create') return create(parsed, place, now, io)
  if (verb === 'revoke') return revoke(parsed, place, now, io)
  if (verb === 'list' && more.length === 0) return list(parsed, place, io)
  throw usageError('keys: expected create, list or revoke ID')
}
