/**
 * What every keyed state owes, be it Redis, a Cluster, memory, or the embedded store seen through this port: position and
 * entries change in one step or not at all. Runs under jest, whose functions it takes from there.
 */
import { type KeyedState, POSITION_KEY, type StateEntry } from '@ringback/pipeline'
import { createRandom } from './worlds/random.ts'

/** Two clients of one state that is empty. */
export interface KeyedStateUnderTest {
  readonly state: KeyedState
  readonly other: KeyedState
  /** Lets time pass, for entries that expire. */
  readonly elapse: (ms: number) => Promise<void>
}

export interface KeyedStateConformance {
  /** undefined: it cannot run here, which whoever was to start it has said loudly. */
  readonly open: (expiresAfterMs: number) => Promise<KeyedStateUnderTest | undefined>
  /** Whether single entries go by themselves. */
  readonly hasExpiry?: boolean
  readonly timeoutMs?: number
}

const HOUR_MS = 3_600_000
const PARTITION = 3

const kept = (key: string, value: string): StateEntry => ({ key, value, expires: false })
const expiring = (key: string, value: string): StateEntry => ({ key, value, expires: true })

/** What parsers of protocols, globs, hash tags, JSON and numbers stumble over. */
const AWKWARD = [
  'null',
  'undefined',
  '__proto__',
  ' ',
  '0',
  '-1',
  '1e999',
  '{"a":"\\u0000"}',
  '\u0000',
  '\u0000\u0001\u007f\u0080\u00ff',
  'line\r\nline\n',
  '$3\r\nabc\r\n',
  '*2\r\n$3\r\nGET\r\n$1\r\na\r\n',
  '\u{1f4de} Überführung — 電話 \u202eabc',
  '\uffff\ufffd\ufeff',
  'a\u0301 is not \u00e1',
  "it's %s %d",
  '{}',
  '{x}:y',
  '}{',
  'n:{a}:{b}',
  '*',
  'a*b?c[d]e\\f^g-h',
  '[a-z]*',
  'nil',
  'x'.repeat(5_000),
]

const collect = async (keys: AsyncIterable<string>): Promise<string[]> => {
  const found = new Set<string>()
  for await (const key of keys) found.add(key)
  return [...found].sort()
}

export const keyedStateConformance = (name: string, conformance: KeyedStateConformance): void => {
  const { open, hasExpiry = true, timeoutMs = 30_000 } = conformance

  const check = (sentence: string, body: (subject: KeyedStateUnderTest) => Promise<void>, expiresAfterMs = HOUR_MS) =>
    test(
      sentence,
      async () => {
        const subject = await open(expiresAfterMs)
        if (!subject) return
        try {
          await body(subject)
        } finally {
          await Promise.all([subject.state.close(), subject.other.close()])
        }
      },
      timeoutMs,
    )

  describe(`${name} as keyed state`, () => {
    check('what was never written is absent', async ({ state }) => {
      expect(await state.read(PARTITION, [])).toEqual([])
      expect(await state.read(PARTITION, [POSITION_KEY, 'a', ''])).toEqual([undefined, undefined, undefined])
      expect(await collect(state.keys(PARTITION, ''))).toEqual([])
    })

    check('values come in the order of the keys, also twice and between absent ones', async ({ state, other }) => {
      expect(await state.compareAndSet(PARTITION, undefined, '7', [kept('b', 'B'), expiring('a', 'A')])).toBe('written')
      const expected = ['B', undefined, 'A', '7', 'B']
      expect(await state.read(PARTITION, ['b', 'c', 'a', POSITION_KEY, 'b'])).toEqual(expected)
      expect(await other.read(PARTITION, ['b', 'c', 'a', POSITION_KEY, 'b'])).toEqual(expected)
    })

    check('a write replaces what it names and leaves the rest', async ({ state }) => {
      await state.compareAndSet(PARTITION, undefined, '1', [kept('a', 'old'), expiring('b', 'old'), kept('c', 'old')])
      expect(await state.compareAndSet(PARTITION, '1', '2', [expiring('a', 'new'), kept('b', '')])).toBe('written')
      expect(await state.read(PARTITION, [POSITION_KEY, 'a', 'b', 'c'])).toEqual(['2', 'new', '', 'old'])
    })

    check('a position that is not the one that was read refuses everything', async ({ state, other }) => {
      const before = [kept('a', 'before'), expiring('b', 'before')]
      const after = [kept('a', 'after'), expiring('b', 'after'), kept('c', 'after')]
      const all = [POSITION_KEY, 'a', 'b', 'c']
      expect(await state.compareAndSet(PARTITION, '4', '5', after)).toBe('refused')
      expect(await state.read(PARTITION, all)).toEqual([undefined, undefined, undefined, undefined])

      expect(await state.compareAndSet(PARTITION, undefined, '5', before)).toBe('written')
      for (const expected of [undefined, '4', '6', '50', '05', '5 '])
        expect(await other.compareAndSet(PARTITION, expected, '9', after)).toBe('refused')
      expect(await state.read(PARTITION, all)).toEqual(['5', 'before', 'before', undefined])
    })

    check('the position may go on alone, stay, and go back', async ({ state }) => {
      for (const [expected, position] of [
        [undefined, '10'],
        ['10', '11'],
        ['11', '11'],
        ['11', '3'],
      ] as const)
        expect(await state.compareAndSet(PARTITION, expected, position, [])).toBe('written')
      expect(await state.read(PARTITION, [POSITION_KEY])).toEqual(['3'])
    })

    check('partitions do not see each other', async ({ state }) => {
      for (let partition = 0; partition < 12; partition++)
        expect(
          await state.compareAndSet(partition, undefined, String(partition + 1), [kept('a', `a${partition}`)]),
        ).toBe('written')
      for (let partition = 0; partition < 12; partition++) {
        expect(await state.read(partition, [POSITION_KEY, 'a'])).toEqual([String(partition + 1), `a${partition}`])
        expect(await collect(state.keys(partition, 'a'))).toEqual(['a'])
      }
    })

    check('any well-formed text is a key and a value', async ({ state, other }) => {
      const entries = AWKWARD.map((text, index) => ({ key: text, value: text, expires: index % 2 === 0 }))
      expect(await state.compareAndSet(PARTITION, undefined, '1', entries)).toBe('written')
      expect(await other.read(PARTITION, AWKWARD)).toEqual(AWKWARD)
      for (const text of AWKWARD) expect(await collect(other.keys(PARTITION, text))).toContain(text)
      expect(await collect(other.keys(PARTITION, '*'))).toEqual(['*', '*2\r\n$3\r\nGET\r\n$1\r\na\r\n'])
      expect(await collect(other.keys(PARTITION, '['))).toEqual(['[a-z]*'])
      expect(await collect(other.keys(PARTITION, 'a?'))).toEqual([])
    })

    check('a thousand entries are one write', async ({ state, other }) => {
      const keys = Array.from({ length: 1_000 }, (_, i) => `n:session:${i}`)
      const write = (expected: string | undefined, position: string, letter: string) =>
        state.compareAndSet(
          PARTITION,
          expected,
          position,
          keys.map((key, i) => ({ key, value: letter.repeat(500), expires: i % 3 > 0 })),
        )
      expect(await write(undefined, '1', 'a')).toBe('written')
      expect(await write('1', '2', 'b')).toBe('written')
      expect(await write('1', '3', 'c')).toBe('refused')
      expect(new Set(await other.read(PARTITION, keys))).toEqual(new Set(['b'.repeat(500)]))
    })

    check('values of megabytes come back whole', async ({ state, other }) => {
      const large = ['a', 'é', '電', '\u{1f4de}'].map((letter) => letter.repeat(3_000_000 / Buffer.byteLength(letter)))
      const entries = large.map((value, index) => ({ key: `large:${index}`, value, expires: index > 0 }))
      expect(await state.compareAndSet(PARTITION, undefined, '1', entries)).toBe('written')
      const found = await other.read(
        PARTITION,
        entries.map(({ key }) => key),
      )
      expect(found.map((value, index) => value === large[index])).toEqual([true, true, true, true])
    })

    check('all keys with a prefix are listed, and no others', async ({ state, other }) => {
      const nodes = Array.from({ length: 2_500 }, (_, i) => `n:session:${i}`)
      const entries = nodes.map((key, i) => ({ key, value: 'x', expires: i % 2 === 0 }))
      await state.compareAndSet(PARTITION, undefined, '1', entries)
      await state.compareAndSet(PARTITION + 1, undefined, '1', [kept('n:of another partition', 'x')])
      await state.compareAndSet(PARTITION, '1', '2', [kept('dirty', 'x'), kept('n', 'x')])
      expect(await collect(other.keys(PARTITION, 'n:'))).toEqual(nodes.toSorted())
      expect(await collect(other.keys(PARTITION, 'd'))).toEqual(['dirty'])
      expect(await collect(other.keys(PARTITION, 'n:session:24'))).toEqual(
        nodes.filter((key) => key.startsWith('n:session:24')).toSorted(),
      )
    })

    check('keys that stay are listed while others come', async ({ state, other }) => {
      const nodes = Array.from({ length: 1_500 }, (_, i) => `n:${i}`)
      const entries = nodes.map((key) => kept(key, 'x'))
      await state.compareAndSet(PARTITION, undefined, '1', entries)
      const found = new Set<string>()
      let position = 1
      for await (const key of state.keys(PARTITION, 'n:')) {
        found.add(key)
        if (found.size % 100 !== 0) continue
        const more = Array.from({ length: 50 }, (_, i) => kept(`n:later:${position}:${i}`, 'x'))
        expect(await other.compareAndSet(PARTITION, String(position), String(++position), more)).toBe('written')
      }
      expect(nodes.filter((key) => !found.has(key))).toEqual([])
    })

    check('of writers that race for a position one writes, and all that it writes', async ({ state, other }) => {
      const random = createRandom(7)
      let expected: string | undefined
      for (let round = 1; round <= 60; round++) {
        const writers = Array.from({ length: random.between(2, 5) }, (_, writer) => ({
          position: String(round * 10 + writer),
          client: random.chance(0.5) ? state : other,
          entries: Array.from({ length: random.between(0, 8) }, (_, i) => ({
            key: `r${round}:${i}`,
            value: `of ${writer}`,
            expires: random.chance(0.5),
          })),
        }))
        const before = expected
        const outcomes = await Promise.all(
          writers.map(({ client, position, entries }) => client.compareAndSet(PARTITION, before, position, entries)),
        )
        expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1)
        const winner = writers[outcomes.indexOf('written')]
        const keys = Array.from({ length: 8 }, (_, i) => `r${round}:${i}`)
        const values = await state.read(PARTITION, [POSITION_KEY, ...keys])
        expect(values).toEqual([winner?.position, ...keys.map((_, i) => winner?.entries[i]?.value)])
        expected = winner?.position
      }
    })

    check('of many increments none is lost and none counted twice', async ({ state, other }) => {
      const increment = async (client: KeyedState): Promise<void> => {
        for (let done = 0; done < 25;) {
          const [position, count = '0'] = await client.read(PARTITION, [POSITION_KEY, 'count'])
          const outcome = await client.compareAndSet(PARTITION, position, String(Number(position ?? 0) + 1), [
            kept('count', String(Number(count) + 1)),
          ])
          if (outcome === 'written') done++
        }
      }
      await Promise.all([increment(state), increment(other), increment(other)])
      expect(await state.read(PARTITION, [POSITION_KEY, 'count'])).toEqual(['75', '75'])
    })

    check('who reads sees a write whole or not at all', async ({ state, other }) => {
      const keys = Array.from({ length: 200 }, (_, i) => `k${i}`)
      let isWriting = true
      const write = async (): Promise<void> => {
        for (let position = 1; position <= 40; position++) {
          const entries = keys.map((key, i) => ({ key, value: String(position), expires: i % 2 === 0 }))
          await state.compareAndSet(
            PARTITION,
            position === 1 ? undefined : String(position - 1),
            String(position),
            entries,
          )
        }
        isWriting = false
      }
      const read = async (): Promise<void> => {
        while (isWriting) expect(new Set(await other.read(PARTITION, [POSITION_KEY, ...keys])).size).toBe(1)
      }
      await Promise.all([write(), read(), read()])
    })

    if (!hasExpiry) return

    const BRIEFLY_MS = 400
    check(
      'entries that expire go, and neither the position nor the others',
      async ({ state, elapse }) => {
        await state.compareAndSet(PARTITION, undefined, '1', [expiring('a', 'x'), kept('b', 'x')])
        await elapse(BRIEFLY_MS * 1.5)
        expect(await state.read(PARTITION, [POSITION_KEY, 'a', 'b'])).toEqual(['1', undefined, 'x'])
        expect(await collect(state.keys(PARTITION, ''))).toEqual(['b', POSITION_KEY])
        expect(await state.compareAndSet(PARTITION, '1', '2', [expiring('a', 'again')])).toBe('written')
        expect(await state.read(PARTITION, ['a'])).toEqual(['again'])
      },
      BRIEFLY_MS,
    )

    check(
      'the last write decides whether an entry expires, and from when on',
      async ({ state, elapse }) => {
        await state.compareAndSet(PARTITION, undefined, '1', [
          expiring('stays', 'x'),
          kept('goes', 'x'),
          expiring('renewed', 'x'),
          expiring('refused', 'x'),
        ])
        await elapse(BRIEFLY_MS * 0.5)
        await state.compareAndSet(PARTITION, '1', '2', [kept('stays', 'y'), expiring('goes', 'y')])
        await state.compareAndSet(PARTITION, '1', '2', [kept('refused', 'y')])
        await elapse(BRIEFLY_MS * 0.4)
        await state.compareAndSet(PARTITION, '2', '3', [expiring('renewed', 'y')])
        await elapse(BRIEFLY_MS * 0.3)
        const keys = ['stays', 'goes', 'renewed', 'refused']
        // Written 0.7 and 0.3 of its time ago, or 1.2 of it.
        expect(await state.read(PARTITION, keys)).toEqual(['y', 'y', 'y', undefined])
        await elapse(BRIEFLY_MS)
        expect(await state.read(PARTITION, keys)).toEqual(['y', undefined, undefined, undefined])
      },
      BRIEFLY_MS,
    )
  })
}
