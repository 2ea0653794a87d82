/**
 * The rules of the household log, each broken once (HOUSEHOLD-LOG, Canaries): what the simulation must not let pass. A canary
 * changes the text of one of the product's built files; whatever it looks for must be there exactly once.
 */
export interface Change {
  /** The end of the path of a built file. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

const FOLD = 'packages/households/dist/fold.js'
const OWNER = 'services/correlator/dist/partition-owner.js'
const STATE = 'services/correlator/dist/partition-state.js'
const STRETCH = 'services/correlator/dist/partition-fold.js'
const JUDGING = 'packages/households/dist/judging.js'
const CONSUMERS = 'test/simulation/dist/simulation/consumers.js'
const RUN = 'test/simulation/dist/simulation/run.js'

const change = (file: string, find: string, replace: string): Change => ({ file, find, replace })

const SAY = 'if (isHeard) await say(folded.messages, folded.conclusions);'
const TOLD_BEFORE_SHARED =
  "if (isShared && state.parent !== undefined) output.send({ kind: 'facts', node: state.parent, facts: [], marks: mark, claims: [] });"
const TOLD_LATE =
  "if (!message.isShared) output.send({ kind: 'facts', node: message.link, facts: [], marks: mark, claims: [] });"
const MOVE = "output.send({ kind: 'facts', node: b, facts: root.facts, marks: root.marks, claims: idsOf(root.said) });"
const APPEND_JUDGE = 'const appendJudge = (partition) => log.append('

export const CANARIES: Readonly<Record<string, readonly Change[]>> = {
  'begin at the committed offset': [
    change(
      OWNER,
      'if (next === undefined || next < earliest) return earliest;',
      'if (next === undefined) return owned.committed() ?? earliest; if (next < earliest) return earliest;',
    ),
  ],
  'save before produce': [
    change(OWNER, SAY, ''),
    change(OWNER, 'metrics.stateBytes(bytes);', `${SAY} metrics.stateBytes(bytes);`),
  ],
  'no root in the version': [
    change('packages/households/dist/order.js', '(GREATEST_RANK - rankOf(root)) * SMALLER_ROOT', '0n'),
  ],
  'moves without claims': [change(FOLD, MOVE, MOVE.replace('idsOf(root.said)', '[]'))],
  'moves without marks': [change(FOLD, MOVE, MOVE.replace('root.marks,', '[],'))],
  'claims with their hashes': [
    change(FOLD, MOVE, MOVE.replace('idsOf(root.said)', 'root.said')),
    change(FOLD, 'claims.map((id) => [id, null])', 'claims.map((id) => (Array.isArray(id) ? id : [id, null]))'),
  ],
  'a node with a parent keeps stragglers': [
    change(
      FOLD,
      "if (state.parent !== undefined) { output.send({ kind: 'facts', node: state.parent, facts, marks, claims }); return state; }",
      '',
    ),
  ],
  'a second join only takes the minimum': [
    change(FOLD, "output.send({ kind: 'link', node: greater, of: smaller });", ''),
  ],
  'no refresh': [change(FOLD, 'output.isHeard && now - merged.refreshedAt >= retention / 2', 'false')],
  'no refresh of itself': [change(FOLD, 'const messages = [snapshotOf(node, root)];', 'const messages = [];')],
  'no refresh of evidence': [
    change(
      FOLD,
      'for (const [token, { by, with: people, areAlone }] of byToken)',
      'for (const [token, { by, with: people, areAlone }] of [])',
    ),
  ],
  'the mark not told back': [
    change(FOLD, '...(valueOf(root.marks, token) === undefined ? {} : { isShared: true }),', ''),
  ],
  'loud rebuild': [change(OWNER, SAY, 'await say(folded.messages, folded.conclusions);')],
  'commits that go back': [change(CONSUMERS, 'offset <= (own.committed ?? -1)', 'offset === own.committed')],
  'no limit': [change(FOLD, 'showsShared(node, carriers.length, people.map(([person]) => person), identity)', 'false')],
  '`shared` revoked': [change(FOLD, 'if (!evidence.isShared) { const isYoung', 'if (true) { const isYoung')],
  'evidence counted per message': [
    change(FOLD, 'names.map((name) => [name, today])', 'names.map((name) => [`${name}${known.length}`, today])'),
  ],
  'new people beside a known token not told': [
    change(FOLD, 'evidence.people.some((person) => !before.people.includes(person))', 'false'),
  ],
  'evidence from the whole carrier instead of the record': [
    change(
      FOLD,
      'with: evidence.people,',
      'with: tokens.map(([one]) => one).filter((one) => one !== token && /^(account|crm|email|mobile):/.test(one)),',
    ),
  ],
  'an overtaken snapshot not sent again': [change(FOLD, 'message.isSnapshot && lacks(message, merged)', 'false')],
  'those joined before not told': [change(FOLD, TOLD_BEFORE_SHARED, '')],
  'late comers not answered': [change(FOLD, TOLD_LATE, '')],
  'lone carriers give no evidence': [change(FOLD, 'if (!isNew) continue;', 'if (!isNew || alone) continue;')],
  'lone carriers join': [
    change(FOLD, '...(alone ? {} : { link: state.parent ?? message.node }),', 'link: state.parent ?? message.node,'),
  ],
  'judging skipped inside a batch': [
    change(
      STRETCH,
      'if (isJudged(one)) judgeDirty',
      'if (isJudged(one) && one === stretch[stretch.length - 1]) judgeDirty',
    ),
  ],
  'no `judge` when idle': [change(OWNER, APPEND_JUDGE, APPEND_JUDGE.replace('log.append(', 'Promise.resolve('))],
  'dirty kept in memory': [
    change(STATE, 'value: JSON.stringify(after.dirty)', "value: '[]'"),
    change(
      OWNER,
      'const memory = { dirty: loaded.dirty,',
      'const memory = { dirty: (keptDirty.get(partition) ?? []).filter(loaded.has),',
    ),
    change(
      OWNER,
      'lastDirty.set(partition, folded.dirty);',
      'keptDirty.set(partition, folded.dirty); lastDirty.set(partition, folded.dirty);',
    ),
    change(OWNER, 'const lastDirty = new Map();', 'const lastDirty = new Map(); const keptDirty = new Map();'),
    change(OWNER, 'lastDirty.set(partition, loaded.dirty);', ''),
  ],
  'forgetting with withdrawals': [change(JUDGING, 'if (valueOf(facts, carrier) !== undefined) said.push', 'said.push')],
  'profiles not sent again': [change(RUN, 'sayProfilesAgain(place, rulesOf(currentConfig), profileRetention);', '')],
}

/** What the model of the protocol had no canary for, and building found. */
export const MORE_CANARIES: Readonly<Record<string, readonly Change[]>> = {
  'a large move loses its second half': [
    change(
      'packages/households/dist/message-codec.js',
      'splitFacts(message, most).map(encodeFacts)',
      'splitFacts(message, most).slice(0, 1).map(encodeFacts)',
    ),
  ],
  'a refresh that nobody heard counts': [
    change(
      FOLD,
      'output.isHeard && now - merged.refreshedAt >= retention / 2',
      'now - merged.refreshedAt >= retention / 2',
    ),
    change(FOLD, 'message.isSnapshot ? Math.max(root.refreshedAt, now) : root.refreshedAt', 'root.refreshedAt'),
  ],
  'judged by the new rules before they are said': [
    change(OWNER, 'rules: loaded.rules ?? verdict.rules }', 'rules: undefined }'),
  ],
}
