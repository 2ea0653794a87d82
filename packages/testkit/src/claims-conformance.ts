/**
 * What every store of claims owes: who comes first has it, for as long as was asked, whichever door it came through. Runs under jest,
 * whose functions it takes from there.
 */
import type { Claims } from '@ringback/pipeline'

/** Two clients of one store that is empty. */
export interface ClaimsUnderTest {
  readonly claims: Claims
  readonly other: Claims
  /** Lets time pass. */
  readonly elapse: (ms: number) => Promise<void>
}

export interface ClaimsConformance {
  /** undefined: it cannot run here, which whoever was to start it has said loudly. */
  readonly open: () => Promise<ClaimsUnderTest | undefined>
  readonly timeoutMs?: number
}

const HOUR_MS = 3_600_000
const BRIEFLY_MS = 300

const AWKWARD = [
  '',
  ' ',
  'a:b',
  '{a}:b',
  '}{',
  '*',
  '[a]?',
  '__proto__',
  'constructor',
  '\u0000',
  'é電\u{1f4de}',
  'x'.repeat(400),
]

export const claimsConformance = (name: string, { open, timeoutMs = 30_000 }: ClaimsConformance): void => {
  const check = (sentence: string, body: (subject: ClaimsUnderTest) => Promise<void>) =>
    test(
      sentence,
      async () => {
        const subject = await open()
        if (!subject) return
        try {
          await body(subject)
        } finally {
          await Promise.all([subject.claims.close(), subject.other.close()])
        }
      },
      timeoutMs,
    )

  describe(`${name} as claims`, () => {
    check('who comes first has it, and hears so again', async ({ claims, other }) => {
      expect(await claims.claim('a', 'first', HOUR_MS)).toBe('first')
      expect(await other.claim('a', 'second', HOUR_MS)).toBe('first')
      expect(await claims.claim('a', 'third', HOUR_MS)).toBe('first')
      expect(await claims.claim('a', 'first', HOUR_MS)).toBe('first')
    })

    check('names do not see each other', async ({ claims, other }) => {
      for (const one of AWKWARD) expect(await claims.claim(one, `of ${one}`, HOUR_MS)).toBe(`of ${one}`)
      for (const one of AWKWARD) expect(await other.claim(one, 'late', HOUR_MS)).toBe(`of ${one}`)
    })

    check('any well-formed text is a value', async ({ claims, other }) => {
      for (const [index, value] of AWKWARD.entries()) {
        expect(await claims.claim(`v${index}`, value, HOUR_MS)).toBe(value)
        expect(await other.claim(`v${index}`, 'late', HOUR_MS)).toBe(value)
      }
    })

    check('of many who come at once exactly one has it, and all are told which', async ({ claims, other }) => {
      for (let round = 0; round < 20; round++) {
        const comers = Array.from({ length: 10 }, (_, comer) => ({ own: `r${round} of ${comer}`, client: comer % 2 }))
        const told = await Promise.all(
          comers.map(({ own, client }) => (client === 0 ? claims : other).claim(`race ${round}`, own, HOUR_MS)),
        )
        expect(new Set(told).size).toBe(1)
        expect(comers.map(({ own }) => own)).toContain(told[0])
      }
    })

    check('it holds for as long as was asked, and then is free', async ({ claims, other, elapse }) => {
      expect(await claims.claim('brief', 'first', BRIEFLY_MS)).toBe('first')
      expect(await claims.claim('long', 'first', HOUR_MS)).toBe('first')
      await elapse(BRIEFLY_MS * 1.5)
      expect(await other.claim('brief', 'second', HOUR_MS)).toBe('second')
      expect(await claims.claim('brief', 'third', HOUR_MS)).toBe('second')
      expect(await other.claim('long', 'second', HOUR_MS)).toBe('first')
    })

    check('asking again does not make it last longer', async ({ claims, other, elapse }) => {
      expect(await claims.claim('a', 'first', BRIEFLY_MS)).toBe('first')
      await elapse(BRIEFLY_MS * 0.4)
      expect(await other.claim('a', 'second', HOUR_MS)).toBe('first')
      await elapse(BRIEFLY_MS)
      expect(await other.claim('a', 'third', HOUR_MS)).toBe('third')
    })
  })
}
