/** Nodes as they are kept say all that they said before. */
import type { NodeState } from '@ringback/households'
import { keepNode, type KeptNode, recallNode } from './kept-node.ts'

const tokens: NonNullable<NodeState['tokens']> = [
  ['account:a', { shows: true, people: ['email:e', 'mobile:elsewhere'] }],
  ['email:e', { shows: false, people: ['account:a'] }],
]
const session = {
  own: {
    kind: 'session',
    received: 9,
    first: 1,
    last: 5,
    isExcluded: true,
    device: [1, 'mobile'],
    attempts: [['tax', { spans: [1, 5], kinds: [['step:a', [1, 2]]] }]],
    floating: [['touch', [3]]],
  },
  tokens,
} as const
const contact = {
  own: { kind: 'contact', received: 9, legs: [['l', { revision: 2, canonical: '{}', received: 8 }]] },
  tokens: [],
} as const
const profile = { own: { kind: 'profile', received: 9, revision: 1, canonical: '{"a":1}' }, tokens } as const
const root = { marks: [['email:e', 3]], said: [['journey|a', null]], refreshedAt: 0 } as const

test.each<[string, NodeState]>([
  ['a new node', {}],
  ['a child, touched on day 0', { parent: 'session:a', touchedAt: 0, tokens, isExcluded: true }],
  ['evidence', { evidence: { seenAt: 0, isShared: false, carriers: [['x', 1]], people: [['email:e', 2]] } }],
  ['evidence of a shared token', { evidence: { seenAt: 7, isShared: true, carriers: [], people: [] } }],
  ['a root without facts', { root: { ...root, facts: [] } }],
  ['a carrier that is its household', { tokens, root: { ...root, facts: [['session:a', session]] } }],
  ['a carrier that knows other tokens', { tokens: [], root: { ...root, facts: [['session:a', session]] } }],
  [
    'a household',
    {
      tokens,
      root: {
        ...root,
        facts: [
          ['contact:c', contact],
          ['profile:p', profile],
          ['session:a', session],
        ],
      },
    },
  ],
])('%s', (_, state) => {
  const kept = JSON.parse(JSON.stringify(keepNode('session:a', 5, state))) as KeptNode
  expect(kept.slice(0, 2)).toEqual(['session:a', 5])
  expect(recallNode(kept)).toStrictEqual(state)
})
