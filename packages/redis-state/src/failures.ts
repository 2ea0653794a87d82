/** What went wrong in Redis, as the one error class: whether it may pass by itself is decided here. */
import { RingbackError } from '@ringback/pipeline'
import type { Endpoints } from './endpoints.ts'

type Place = Pick<Endpoints, 'isCluster' | 'place'>

interface Meaning {
  readonly sentence: string
  readonly retryable: boolean
}

const passing = (sentence: string): Meaning => ({ sentence, retryable: true })
const lasting = (sentence: string): Meaning => ({ sentence, retryable: false })

const MOVING = passing('answers, but not for these keys: the Cluster is starting, moving slots or replacing a node')

/** By the word that Redis begins its refusals with. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  OOM: passing('is full: give it more memory (maxmemory); nothing was written, and work waits until there is room'),
  LOADING: passing('is still loading its data: wait for it'),
  BUSY: passing("is busy with somebody's long script: end it with SCRIPT KILL"),
  MISCONF: passing('cannot save to its disk and refuses writes: make room there, or look into its log'),
  NOREPLICAS: passing('has fewer replicas than it is told to write with (min-replicas-to-write): start them'),
  READONLY: passing('is a read-only replica: a failover is under way, or `redis` names a replica'),
  MASTERDOWN: passing('is a replica that has lost its master: wait for the failover'),
  CLUSTERDOWN: passing('is a Cluster without an owner for every slot: start its missing nodes'),
  TRYAGAIN: MOVING,
  ASK: MOVING,
  MOVED: MOVING,
  WRONGPASS: lasting('refused the user name or password: correct `redis` or RINGBACK_REDIS_PASSWORD'),
  NOAUTH: lasting('asks for a password: set RINGBACK_REDIS_PASSWORD'),
  NOPERM: lasting('does not let this user read, write, run scripts and scan: widen its ACL'),
}
/** Of one server that says where a key lies. */
const ONE_OF_MANY = lasting(
  'is one node of a Redis Cluster: name its nodes under `redis.cluster` instead of `redis.url`',
)
const UNKNOWN = lasting('refused a command in a way that is not known here: look into the cause and into its log')
const SILENT = passing('gave no answer: see that it runs and can be reached from here')

/** Older servers wrap what a command inside a script was refused with: `… @user_script: 5: -OOM …`. */
const WORD = new RegExp(`(?:^|: -?|Error: )(${Object.keys(MEANINGS).join('|')})\\b`)

/** What ioredis found out about the last node, when all of them failed. */
const innermost = (cause: unknown): unknown =>
  cause instanceof Error && 'lastNodeError' in cause && cause.lastNodeError ? cause.lastNodeError : cause

/** ioredis hangs the command with its arguments on its errors, and a server may quote arguments: neither may travel on. */
const stripped = (error: Error): Error => {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const text = error.message || code
  const clean = new Error(text.replace(/, with args beginning with.*/s, '').replaceAll(/'[^']*'/g, "'…'"))
  clean.name = error.name
  return clean
}

const meaningOf = ({ name, message }: Error, { isCluster }: Place): Meaning => {
  const isLoop = message.startsWith('Too many Cluster redirections')
  if (name !== 'ReplyError' && !isLoop) return SILENT
  const word = WORD.exec(message)?.[1] ?? ''
  if (word === 'MOVED' && !isCluster) return ONE_OF_MANY
  // Sent on and on, until a node was away: as passing as the failover that it comes from.
  return MEANINGS[word] ?? (isLoop ? SILENT : UNKNOWN)
}

/**
 * Lost answers and servers that are away are retryable; refused passwords and whatever is not known are not. Mistakes of this
 * program are none of that and stay what they are.
 */
export const toFailure = (place: Place, cause: unknown): RingbackError => {
  if (cause instanceof RingbackError) return cause
  if (cause instanceof TypeError || cause instanceof RangeError) throw cause
  const inner = innermost(cause)
  const error = inner instanceof Error ? inner : new Error(String(inner))
  const { sentence, retryable } = meaningOf(error, place)
  return new RingbackError('store', `Redis ${sentence} (${place.place})`, { retryable, cause: stripped(error) })
}
