/** As much of ClickHouse's grammar as is needed to tell what a request asks for. */

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|--[^\n]*|#[! ][^\n]*|/\*[\s\S]*?\*/)`,
    String.raw`(?<quoted>'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|\x60(?:[^\x60\\]|\\[\s\S])*\x60|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)`,
    String.raw`(?<word>[A-Za-z_]\w*)`,
    String.raw`(?<other>\d\w*|[\s\S])`,
  ].join('|'),
  'y',
)

/**
 * The tokens of a statement that stand outside of brackets.
 * @param {string} text
 * @returns {Generator<{ text: string, kind: 'quoted' | 'word' | 'other', start: number, end: number }>}
 */
function* tokensOf(text) {
  let depth = 0
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at
    const match = /** @type {RegExpExecArray} */ (TOKEN.exec(text))
    const { space, word, quoted } = /** @type {Record<string, string>} */ (match.groups)
    const start = at
    at += match[0].length
    if (space !== undefined) continue
    if (quoted === undefined && /^[([{]$/.test(match[0])) depth += 1
    if (quoted === undefined && /^[)\]}]$/.test(match[0])) depth -= 1
    if (depth > 0) continue
    const kind = word !== undefined ? 'word' : quoted !== undefined ? 'quoted' : 'other'
    yield { text: word?.toUpperCase() ?? match[0], kind, start, end: at }
  }
}

/**
 * @typedef {object} Insert
 * @property {'insert'} kind
 * @property {string} before the statement up to where a source may be named
 * @property {string} after the rest of it, but for the format
 * @property {string} format
 * @property {number} dataAt where the data begin
 *
 * @typedef {object} Other
 * @property {'other'} kind
 * @property {string | undefined} format the one that the statement names
 * @property {number | undefined} second where another statement begins behind a semicolon
 */

/** What keeps the data of an INSERT from standing behind it. */
const OTHER_SOURCES = new Set(['SELECT', 'WITH', 'FROM', 'WATCH', 'EXECUTE'])

/**
 * @param {string} text
 * @returns {Insert | undefined}
 */
const readInsert = (text) => {
  let sourceAt
  let isFirst = true
  const tokens = tokensOf(text)
  for (const token of tokens) {
    if (isFirst && token.text !== 'INSERT') return undefined
    isFirst = false
    if (token.kind !== 'word') continue
    if (OTHER_SOURCES.has(token.text)) return undefined
    if (token.text === 'SETTINGS') sourceAt ??= token.start
    const isValues = token.text === 'VALUES'
    if (!isValues && token.text !== 'FORMAT') continue
    const format = isValues ? undefined : tokens.next().value
    const end = format?.end ?? token.end
    const lineBreak = /^[ \t\r]*\n?/.exec(text.slice(end, end + 1000))?.[0].length ?? 0
    return {
      kind: 'insert',
      before: text.slice(0, sourceAt ?? token.start),
      after: text.slice(sourceAt ?? token.start, token.start),
      format: format === undefined ? 'Values' : text.slice(format.start, format.end),
      dataAt: end + lineBreak,
    }
  }
  return undefined
}

/**
 * @param {string} text
 * @returns {Insert | Other}
 */
export const readStatement = (text) => {
  const insert = readInsert(text)
  if (insert) return insert
  let format
  let second
  let isAfterFormat = false
  let isEnded = false
  for (const token of tokensOf(text)) {
    if (isEnded) second ??= token.start
    if (token.text === ';' && token.kind === 'other') isEnded = true
    if (isAfterFormat && token.kind === 'word') format = text.slice(token.start, token.end)
    isAfterFormat = token.text === 'FORMAT' && token.kind === 'word'
  }
  return { kind: 'other', format, second }
}
