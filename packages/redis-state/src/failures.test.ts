/** Which refusals pass by themselves, from the words that servers and ioredis use. */
import { inspect } from 'node:util'
import { toFailure } from './failures.ts'

const SERVER = { isCluster: false, place: '127.0.0.1:6379' }
const CLUSTER = { isCluster: true, place: '127.0.0.1:7001, 127.0.0.1:7002' }

const answer = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' })
const refused = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' })
const ofAllNodes = Object.assign(new Error('Failed to refresh slots cache.'), {
  lastNodeError: answer('WRONGPASS invalid username-password pair or user is disabled.'),
})

test.each<[says: RegExp, cause: Error]>([
  [/is full/, answer("OOM command not allowed when used memory > 'maxmemory'. script: 1f, on @user_script:24.")],
  [
    /is full/,
    answer(
      "ERR Error running script (call to f_1f): @user_script:24: @user_script: 24: -OOM command not allowed when used memory > 'maxmemory'.",
    ),
  ],
  [/loading/, answer('LOADING Redis is loading the dataset in memory')],
  [/script/, answer('BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.')],
  [/disk/, answer('MISCONF Redis is configured to save RDB snapshots, but it is unable to persist to disk.')],
  [/replicas/, answer('NOREPLICAS Not enough good replicas to write.')],
  [/read-only replica/, answer("READONLY You can't write against a read only replica.")],
  [/read-only replica/, answer("ERR Error running script: @user_script: 1: -READONLY You can't write …")],
  [/failover/, answer("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")],
  [/gave no answer/, new Error('Command timed out')],
  [/gave no answer/, new Error('Connection is closed.')],
  [/gave no answer/, new Error("Stream isn't writeable and enableOfflineQueue options is false")],
  [/gave no answer/, new Error('Reached the max retries per request limit (which is 0).')],
  [/gave no answer/, refused],
])('%s, and it may pass', (says, cause) => {
  expect(toFailure(SERVER, cause)).toMatchObject({
    code: 'store',
    retryable: true,
    message: expect.stringMatching(says),
  })
})

test.each<[says: RegExp, cause: Error]>([
  [/without an owner/, answer('CLUSTERDOWN Hash slot not served')],
  [/moving slots/, new Error('Too many Cluster redirections. Last error: ReplyError: MOVED 1 127.0.0.1:7002')],
  [
    /without an owner/,
    new Error('Too many Cluster redirections. Last error: ReplyError: CLUSTERDOWN The cluster is down'),
  ],
  [/gave no answer/, new Error('Too many Cluster redirections. Last error: Error: Connection is closed.')],
  [/moving slots/, answer('TRYAGAIN Multiple keys request during rehashing of slot')],
  [/gave no answer/, new Error("Cluster isn't ready and enableOfflineQueue options is false")],
])('of a Cluster: %s, and it may pass', (says, cause) => {
  expect(toFailure(CLUSTER, cause)).toMatchObject({
    code: 'store',
    retryable: true,
    message: expect.stringMatching(says),
  })
})

test.each<[says: RegExp, cause: Error]>([
  [/user name or password/, answer('WRONGPASS invalid username-password pair or user is disabled.')],
  [/user name or password/, ofAllNodes],
  [/RINGBACK_REDIS_PASSWORD/, answer('NOAUTH Authentication required.')],
  [/ACL/, answer("NOPERM this user has no permissions to run the 'evalsha' command")],
  [/redis\.cluster/, answer('MOVED 1 127.0.0.1:7002')],
  [/not known/, answer('WRONGTYPE Operation against a key holding the wrong kind of value')],
])('%s, and it stays', (says, cause) => {
  expect(toFailure(SERVER, cause)).toMatchObject({
    code: 'store',
    retryable: false,
    message: expect.stringMatching(says),
  })
})

test('a mistake of this program is not for Redis to mend', () => {
  expect(() => toFailure(SERVER, new TypeError('x is not a function'))).toThrow(TypeError)
})

test('what it was asked stays behind', () => {
  const asked = answer("ERR unknown command 'EVALSHA', with args beginning with: '1f' '2' '{p.0.1}:secret'")
  Object.assign(asked, { command: { name: 'evalsha', args: ['1f', '2', 'secret'] } })
  const failure = toFailure(SERVER, asked)
  expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain('secret')
  expect(inspect(failure.cause)).toContain('ERR unknown command')
  expect(toFailure(SERVER, failure)).toBe(failure)
})
