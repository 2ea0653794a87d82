/** What Redis, a Cluster and ioredis are known to do to those who trust them, against real servers. */
import { execFile } from 'node:child_process'
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { inspect, promisify } from 'node:util'
import { type KeyedState, POSITION_KEY, type RingbackError, type StateEntry } from '@ringback/pipeline'
import { type Native, startNative } from '@ringback/testkit'
import { Redis } from 'ioredis'
import { checkRedis, type RedisProblem } from './check-redis.ts'
import { openRedisState, type RedisStateOptions } from './redis-state.ts'

jest.setTimeout(60_000)
let native: Native | undefined
beforeAll(async () => {
  native = await startNative(['redis', 'redis-cluster'])
}, 300_000)
afterAll(() => native?.stop())

interface Servers {
  readonly url: string
  readonly cluster: readonly string[]
  /** A plain connection to the one Redis, or to another server. */
  readonly plain: (url?: string) => Redis
  readonly open: (options?: Partial<RedisStateOptions>) => KeyedState
}

let generation = 0
/** A test's body with servers, in a keyspace of its own. */
const trap = (body: (servers: Servers) => Promise<void>) => async (): Promise<void> => {
  if (!native?.redis || !native.redisCluster) return
  const { url } = native.redis
  generation++
  const closing: (() => unknown)[] = []
  const plain = (at = url): Redis => {
    const redis = new Redis(at)
    redis.on('error', () => {})
    closing.push(() => redis.disconnect())
    return redis
  }
  const open = (options: Partial<RedisStateOptions> = {}): KeyedState => {
    const state = openRedisState({
      redis: { url },
      prefix: 'traps',
      generation,
      expiresAfterMs: 60_000,
      timeouts: { commandTimeoutMs: 1_000, connectTimeoutMs: 2_000 },
      ...options,
    })
    closing.push(state.close)
    return state
  }
  try {
    await body({ url, cluster: native.redisCluster, plain, open })
  } finally {
    await Promise.all(closing.map((close) => close()))
  }
}

const entry = (key: string, value: string): StateEntry => ({ key, value, expires: false })
const RETRYABLE = { name: 'RingbackError', code: 'store', retryable: true }
const LASTING = { name: 'RingbackError', code: 'store', retryable: false }
const failureOf = (call: Promise<unknown>): Promise<RingbackError> =>
  call.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: RingbackError) => error,
  )
/** Until a call succeeds that may fail retryably for a while. */
const eventually = async <T>(call: () => Promise<T>): Promise<T> => {
  for (const until = performance.now() + 20_000; ;)
    try {
      return await call()
    } catch (error) {
      if (!(error as RingbackError).retryable || performance.now() > until) throw error
      await delay(20)
    }
}
const pidOf = async (redis: Redis): Promise<number> =>
  Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1] ?? NaN)

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : NaN
}
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

test(
  'a server that stands still: calls time out, retryable, and what it does later it does whole',
  trap(async ({ plain, open }) => {
    const state = open()
    await state.compareAndSet(0, undefined, '1', [entry('a', 'one')])
    const pid = await pidOf(plain())
    process.kill(pid, 'SIGSTOP')
    try {
      const began = performance.now()
      const failures = [
        failureOf(state.read(0, ['a'])),
        failureOf(state.compareAndSet(0, '1', '2', [entry('a', 'two'), entry('b', 'two')])),
      ]
      for (const failure of await Promise.all(failures)) expect(failure).toMatchObject(RETRYABLE)
      expect(performance.now() - began).toBeLessThan(3_000)
      // The next one, on a connection that is made anew.
      expect(await failureOf(state.read(0, ['a']))).toMatchObject(RETRYABLE)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    const values = await eventually(() => state.read(0, [POSITION_KEY, 'a', 'b']))
    expect([
      ['1', 'one', undefined],
      ['2', 'two', 'two'],
    ]).toContainEqual(values)
  }),
)

test(
  'a connection that goes dead without a word is given up, and a new one made',
  trap(async ({ url, open }) => {
    const pairs: (readonly [Socket, Socket])[] = []
    const proxy = createServer((inner) => {
      const outer = connectTo(Number(new URL(url).port), '127.0.0.1')
      inner.pipe(outer).pipe(inner)
      pairs.push([inner, outer])
      for (const end of [inner, outer]) end.on('error', () => {})
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => proxy.once('listening', resolve))
    try {
      const state = open({ redis: { url: `redis://127.0.0.1:${portOf(proxy)}` } })
      await state.compareAndSet(0, undefined, '1', [])
      for (const [inner, outer] of pairs) {
        inner.unpipe(outer).pause()
        outer.unpipe(inner).pause()
      }
      expect(await failureOf(state.read(0, [POSITION_KEY]))).toMatchObject(RETRYABLE)
      expect(await eventually(() => state.read(0, [POSITION_KEY]))).toEqual(['1'])
    } finally {
      for (const end of pairs.flat()) end.destroy()
      proxy.close()
    }
  }),
)

test(
  'a server that is not there: retryable, soon, and again and again',
  trap(async ({ open }) => {
    const state = open({ redis: { url: `redis://127.0.0.1:${await freePort()}` } })
    const cluster = open({ redis: { cluster: [`127.0.0.1:${await freePort()}`] } })
    for (let time = 0; time < 3; time++)
      for (const call of [() => state.read(0, ['a']), () => cluster.read(0, ['a'])])
        expect(await failureOf(call())).toMatchObject({
          ...RETRYABLE,
          message: expect.stringContaining('gave no answer'),
        })
  }),
)

test(
  'killed and started anew it is empty, and what was under way was not sent again',
  trap(async ({ plain, open }) => {
    const state = open({ timeouts: { commandTimeoutMs: 30_000 } })
    await state.compareAndSet(0, undefined, '1', [entry('a', 'x')])
    const pid = await pidOf(plain())
    process.kill(pid, 'SIGSTOP')
    const read = failureOf(state.read(0, ['a']))
    const write = failureOf(state.compareAndSet(0, undefined, '1', [entry('a', 'sent again')]))
    // They leave this process before the server dies.
    await delay(50)
    process.kill(pid, 'SIGKILL')
    await promisify(execFile)(join(__dirname, '../../../infra/native/up'), [
      native?.dir ?? '',
      '--only',
      'redis,redis-cluster',
    ])
    expect(await read).toMatchObject(RETRYABLE)
    expect(await write).toMatchObject(RETRYABLE)
    expect(await eventually(() => state.read(0, [POSITION_KEY, 'a']))).toEqual([undefined, undefined])
    expect(await state.compareAndSet(0, '1', '2', [])).toBe('refused')
    expect(await state.compareAndSet(0, undefined, '1', [entry('a', 'y')])).toBe('written')
  }),
)

test(
  'a server that has forgotten its scripts is told them again',
  trap(async ({ plain, open }) => {
    const state = open()
    expect(await state.compareAndSet(0, undefined, '1', [])).toBe('written')
    await plain().script('FLUSH')
    expect(await state.compareAndSet(0, '1', '2', [])).toBe('written')
  }),
)

test(
  'an empty position is there',
  trap(async ({ open }) => {
    const state = open()
    expect(await state.compareAndSet(0, '', '1', [])).toBe('refused')
    expect(await state.compareAndSet(0, undefined, '', [])).toBe('written')
    expect(await state.compareAndSet(0, undefined, '1', [])).toBe('refused')
    expect(await state.compareAndSet(0, '', '1', [])).toBe('written')
  }),
)

test(
  'a full server refuses a write whole, retryable, and says what to do',
  trap(async ({ plain, open }) => {
    const state = open()
    const admin = plain()
    const entries = Array.from({ length: 100 }, (_, i) => entry(`k${i}`, 'x'.repeat(500)))
    await admin.config('SET', 'maxmemory', '1mb')
    try {
      const failure = await failureOf(state.compareAndSet(0, undefined, '1', entries))
      expect(failure).toMatchObject({ ...RETRYABLE, message: expect.stringMatching(/^Redis is full: .*maxmemory/) })
      expect(new Set(await state.read(0, [POSITION_KEY, ...entries.map(({ key }) => key)]))).toEqual(
        new Set([undefined]),
      )
      expect(await checkRedis({ redis: { url: native?.redis?.url ?? '' } })).toEqual([
        { severity: 'warn', message: expect.stringContaining('raise maxmemory') },
      ])
    } finally {
      await admin.config('SET', 'maxmemory', '0')
    }
    expect(await state.compareAndSet(0, undefined, '1', entries)).toBe('written')
  }),
)

test(
  'memory that runs out in the middle of a write does not cut it',
  trap(async ({ plain, open }) => {
    const state = open()
    const admin = plain()
    const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
    await admin.config('SET', 'maxmemory', String(used + 8_000_000))
    try {
      const large = Array.from({ length: 10 }, (_, i) => entry(`k${i}`, 'x'.repeat(2_000_000)))
      const outcome = await state.compareAndSet(0, undefined, '1', large).catch(() => 'failed')
      const values = await state.read(0, [POSITION_KEY, ...large.map(({ key }) => key)])
      expect(values.filter((value) => value !== undefined)).toHaveLength(outcome === 'written' ? 11 : 0)
    } finally {
      await admin.config('SET', 'maxmemory', '0')
    }
  }),
)

test(
  'a replica: reads go on, writes are retryable',
  trap(async ({ plain, open }) => {
    const state = open()
    await state.compareAndSet(0, undefined, '1', [])
    const admin = plain()
    await admin.replicaof('127.0.0.1', String(await freePort()))
    try {
      const failure = await failureOf(state.compareAndSet(0, '1', '2', []))
      expect(failure).toMatchObject({ ...RETRYABLE, message: expect.stringContaining('read-only replica') })
    } finally {
      await admin.replicaof('NO', 'ONE')
    }
    expect(await eventually(() => state.compareAndSet(0, '1', '2', []))).toBe('written')
  }),
)

test(
  'a missing or wrong password is not retried, and shows nowhere',
  trap(async ({ url, plain, open }) => {
    const admin = plain()
    await admin.info()
    await admin.config('SET', 'requirepass', 'right-one')
    const at = (user: string): string => url.replace('//', `//${user}@`)
    try {
      const missing = await failureOf(open().read(0, ['a']))
      expect(missing).toMatchObject({ ...LASTING, message: expect.stringContaining('RINGBACK_REDIS_PASSWORD') })
      for (const state of [
        open({ redis: { url: at(':wrong-one') } }),
        open({ redis: { url: at('somebody:wrong-one') } }),
        open({ env: { RINGBACK_REDIS_PASSWORD: 'wrong-one' } }),
      ]) {
        const wrong = await failureOf(state.read(0, ['a']))
        expect(wrong).toMatchObject(LASTING)
        expect(inspect(wrong, { depth: Infinity, showHidden: true })).not.toMatch(/wrong-one|somebody/)
      }
      expect(await checkRedis({ redis: { url: at(':wrong-one') } })).toEqual([
        { severity: 'fail', message: expect.stringContaining('refused the user name or password') },
      ])
      for (const state of [
        open({ redis: { url: at(':right-one') } }),
        open({ redis: { url: at(':wrong-one') }, env: { RINGBACK_REDIS_PASSWORD: 'right-one' } }),
      ])
        expect(await state.read(0, ['a'])).toEqual([undefined])
    } finally {
      await admin.config('SET', 'requirepass', '')
    }
  }),
)

test(
  'of a Cluster too a password is not retried, and the right one opens it',
  trap(async ({ cluster, plain, open }) => {
    const admins = cluster.map((node) => plain(`redis://${node}`))
    for (const admin of admins) await admin.config('SET', 'requirepass', 'right-one')
    try {
      const missing = await failureOf(open({ redis: { cluster } }).read(0, ['a']))
      expect(missing).toMatchObject(LASTING)
      const wrong = await failureOf(
        open({ redis: { cluster }, env: { RINGBACK_REDIS_PASSWORD: 'wrong-one' } }).read(0, ['a']),
      )
      expect(wrong).toMatchObject(LASTING)
      expect(inspect(wrong, { depth: Infinity, showHidden: true })).not.toContain('wrong-one')
      const state = open({ redis: { cluster }, env: { RINGBACK_REDIS_PASSWORD: 'right-one' } })
      expect(await state.read(0, ['a'])).toEqual([undefined])
    } finally {
      for (const admin of admins) await admin.config('SET', 'requirepass', '')
    }
  }),
)

test(
  'a user who may not do everything is told so, not retried',
  trap(async ({ url, plain, open }) => {
    const admin = plain()
    await admin.acl('SETUSER', 'reader', 'on', '>pass', '~*', '+@read', '+info')
    try {
      const state = open({ redis: { url: url.replace('//', '//reader:pass@') } })
      expect(await state.read(0, ['a'])).toEqual([undefined])
      expect(await failureOf(state.compareAndSet(0, undefined, '1', []))).toMatchObject({
        ...LASTING,
        message: expect.stringContaining('widen its ACL'),
      })
    } finally {
      await admin.acl('DELUSER', 'reader')
    }
  }),
)

test(
  'errors carry neither keys nor values',
  trap(async ({ plain, open }) => {
    const state = open()
    await plain().lpush(`{traps.${generation}.0}:${POSITION_KEY}`, 'something else')
    const failure = await failureOf(state.compareAndSet(0, undefined, '1', [entry('secret-key', 'secret-value')]))
    expect(failure).toMatchObject(LASTING)
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toMatch(/secret-|something else/)
    expect(inspect(failure.cause)).toContain('WRONGTYPE')
  }),
)

test(
  'a policy that throws state away is warned of, at the start and by doctor',
  trap(async ({ url, plain, open }) => {
    expect(await checkRedis({ redis: { url } })).toEqual([])
    const admin = plain()
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    try {
      const told = await new Promise<RedisProblem>((resolve) => open({ onProblem: resolve }))
      expect(told).toEqual({ severity: 'warn', message: expect.stringContaining('set noeviction') })
      expect(await checkRedis({ redis: { url } })).toEqual([told])
    } finally {
      await admin.config('SET', 'maxmemory-policy', 'noeviction')
    }
  }),
)

test(
  'one node of a Cluster given as a URL is told from a Redis alone',
  trap(async ({ cluster, open }) => {
    const redis = { url: `redis://${cluster[0]}` }
    expect(await checkRedis({ redis })).toEqual([
      { severity: 'fail', message: expect.stringContaining('redis.cluster') },
    ])
    const state = open({ redis })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, partition) => state.read(partition, ['a'])),
    )
    const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures)
      expect(failure).toMatchObject({ ...LASTING, message: expect.stringContaining('redis.cluster') })
  }),
)

test(
  'a client that knows one node finds all others, and follows a slot that moves',
  trap(async ({ cluster, plain, open }) => {
    const state = open({ redis: { cluster: [cluster[0] ?? ''] } })
    const nodes = cluster.map((node) => plain(`redis://${node}`))
    const ids = await Promise.all(nodes.map((node) => node.cluster('MYID')))
    const holding = async (key: string): Promise<number[]> => {
      const found = await Promise.all(nodes.map((node) => node.exists(key).catch(() => 0)))
      return found.flatMap((count, index) => (count ? [index] : []))
    }
    const holders = new Set<number>()
    for (let partition = 0; partition < 20; partition++) {
      await state.compareAndSet(partition, undefined, '1', [entry('a', 'x')])
      for (const holder of await holding(`{traps.${generation}.${partition}}:a`)) holders.add(holder)
    }
    expect(holders).toEqual(new Set([0, 1, 2]))

    const keys = ['a', POSITION_KEY].map((key) => `{traps.${generation}.0}:${key}`)
    const [from = NaN] = await holding(keys[0] ?? '')
    const to = (from + 1) % 3
    const slot = (await nodes[0]?.cluster('KEYSLOT', keys[0] ?? '')) ?? NaN
    const setSlot = (node: number, ...args: [string, string]) => nodes[node]?.call('CLUSTER', 'SETSLOT', slot, ...args)
    await setSlot(to, 'IMPORTING', ids[from] ?? '')
    await setSlot(from, 'MIGRATING', ids[to] ?? '')
    const [host = '', port = ''] = cluster[to]?.split(':') ?? []
    await nodes[from]?.call('MIGRATE', host, port, '', 0, 5_000, 'KEYS', ...keys)
    expect(await eventually(() => state.read(0, ['a', POSITION_KEY]))).toEqual(['x', '1'])
    for (const node of [to, from, 3 - to - from]) await setSlot(node, 'NODE', ids[to] ?? '')

    expect(await eventually(() => state.compareAndSet(0, '1', '2', [entry('a', 'moved')]))).toBe('written')
    expect(await holding(keys[0] ?? '')).toEqual([to])
    const listed: string[] = []
    for await (const key of state.keys(0, '')) listed.push(key)
    expect(listed.toSorted()).toEqual(['a', POSITION_KEY])
  }),
)

test(
  'a slot that nobody owns: retryable, and doctor says so',
  trap(async ({ cluster, plain, open }) => {
    const redis = { cluster }
    const state = open({ redis })
    expect(await checkRedis({ redis })).toEqual([])
    await state.compareAndSet(0, undefined, '1', [])
    const key = `{traps.${generation}.0}:${POSITION_KEY}`
    const nodes = cluster.map((node) => plain(`redis://${node}`))
    const held = await Promise.all(nodes.map((node) => node.exists(key).catch(() => 0)))
    const owner = nodes[held.indexOf(1)]
    const slot = (await owner?.cluster('KEYSLOT', key)) ?? NaN
    await owner?.cluster('DELSLOTS', slot)
    try {
      // The owner of before says CLUSTERDOWN, the others send back to it: it may be told as either.
      const failure = await failureOf(state.read(0, [POSITION_KEY]))
      expect(failure).toMatchObject({ ...RETRYABLE, message: expect.stringContaining('Cluster') })
      let problems: readonly RedisProblem[] = []
      while (problems.length === 0) problems = await checkRedis({ redis })
      expect(problems[0]?.severity).toBe('fail')
    } finally {
      await owner?.cluster('ADDSLOTS', slot)
    }
    expect(await eventually(() => state.compareAndSet(0, undefined, '1', []))).toMatch(/written|refused/)
  }),
)

test(
  'closing ends what is under way, whatever the state of the connection',
  trap(async ({ url, cluster, open }) => {
    for (const redis of [{ url }, { cluster }, { url: `redis://127.0.0.1:${await freePort()}` }]) {
      const state = open({ redis })
      const read = state.read(0, ['a']).catch((error: RingbackError) => error)
      await state.close()
      await read
      expect(await failureOf(state.read(0, ['a']))).toMatchObject({ code: 'store' })
    }
  }),
)
