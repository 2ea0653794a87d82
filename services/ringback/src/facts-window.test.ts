import type { FactsMessage } from '@ringback/households'
import fc from 'fast-check'
import { createFactsWindow, toWaitingFacts } from './facts-window.ts'

const own = {
  kind: 'session',
  received: 1,
  first: 1,
  last: 1,
  isExcluded: false,
  device: null,
  attempts: [],
  floating: [],
} as const

const factsOf = (node: string, ...tokens: readonly string[]): FactsMessage => ({
  kind: 'facts',
  node,
  facts: [[node, { own, tokens: tokens.map((token) => [token, { shows: true, people: [] }]) }]],
  marks: [],
  claims: [],
  isOwn: true,
})
const nodesIn = (messages: readonly string[]): readonly string[] =>
  messages.map((json) => (JSON.parse(json) as FactsMessage).node)

test('what names the same carrier or token comes together, also through others, in the order in which it came', () => {
  const window = createFactsWindow()
  window.add(toWaitingFacts([factsOf('a', 'x'), factsOf('lone'), factsOf('b', 'y')]))
  window.add(toWaitingFacts([factsOf('c', 'z'), factsOf('d', 'y', 'x'), factsOf('lone'), factsOf('a', 'w')]))
  expect(nodesIn(window.take())).toEqual(['a', 'b', 'd', 'a', 'lone', 'lone', 'c'])
  expect(window.size()).toBe(0)
  expect(window.take()).toEqual([])
})

test('nothing is lost or doubled, and each household is one run, whatever comes', () => {
  const names = fc.array(fc.constantFrom('t', 'u', 'v', 'w', 'x', 'y', 'z'), { maxLength: 3 })
  const some = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'), names), {
    maxLength: 20,
  })
  fc.assert(
    fc.property(some, (all) => {
      const window = createFactsWindow()
      const sent = all.map(([node, tokens]) => factsOf(node, ...tokens))
      for (let at = 0; at < sent.length; at += 6) window.add(toWaitingFacts(sent.slice(at, at + 6)))
      expect(window.size()).toBe(sent.reduce((sum, message) => sum + JSON.stringify(message).length, 0))
      const left = window.take()
      expect(left.toSorted()).toEqual(sent.map((message) => JSON.stringify(message)).toSorted())
      // Whoever shares a name, directly or through others, is in one set: spread by repetition, as slowly as it is plain.
      let sets = left.map((json) => toWaitingFacts([JSON.parse(json) as FactsMessage]).names[0] ?? [])
      for (let i = 0; i < left.length; i++)
        sets = sets.map((set) =>
          [...new Set(sets.filter((other) => other.some((name) => set.includes(name))).flat())].sort(),
        )
      const runs = sets.map(String).filter((set, i, list) => set !== list[i - 1])
      expect(new Set(runs).size).toBe(runs.length)
    }),
  )
})
