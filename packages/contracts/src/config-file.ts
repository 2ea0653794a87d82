/** Reads `ringback.yaml` and any other YAML that people write, and says what is wrong by line and field. */
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import type { z } from 'zod'

export interface FileProblem {
  /** From 1: of the field, or of the nearest thing around it where it is missing. */
  readonly line: number
  /** As a path: `tasks[2].resumeWithin`. */
  readonly field: string
  readonly message: string
}

export type FileResult<T> =
  { readonly kind: 'pass'; readonly value: T } | { readonly kind: 'bad'; readonly problems: readonly FileProblem[] }

type Path = readonly PropertyKey[]

const fieldName = (path: Path): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : (i ? '.' : '') + String(key))).join('') || '(file)'

const keyName = (key: unknown): string => String(isScalar(key) ? key.value : key)
const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0)

/** Where a field begins: its key, or an entry of a list itself; failing that, the nearest thing around it. */
const placeOf = (root: unknown, path: Path): number => {
  let node = root
  let place = startOf(root)
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((one) => keyName(one.key) === String(key))
      if (!pair) break
      place = startOf(pair.key)
      node = pair.value
    } else if (isSeq(node) && typeof key === 'number' && isNode(node.items[key])) {
      node = node.items[key]
      place = startOf(node)
    } else break
  }
  return place
}

/** The field that a place in the text belongs to: the last one that begins before it, at every depth. */
const pathAt = (node: unknown, place: number): Path => {
  if (isMap(node)) {
    const pair = node.items.findLast((one) => startOf(one.key) <= place)
    return pair ? [keyName(pair.key), ...pathAt(pair.value, place)] : []
  }
  if (!isSeq(node)) return []
  const index = node.items.findLastIndex((item) => startOf(item) <= place)
  return index < 0 ? [] : [index, ...pathAt(node.items[index], place)]
}

const wordSyntax = ({ code, message }: YAMLError): string => {
  if (code === 'DUPLICATE_KEY') return 'expected each field once'
  return code === 'MULTIPLE_DOCS' ? 'expected one YAML document' : `expected YAML: ${message}`
}

const firstAlias = (document: Document.Parsed): number => {
  let place = 0
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return undefined
      place = startOf(alias)
      return visit.BREAK
    },
  })
  return place
}

/** What is found is said as what was expected. */
const wordIssue = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'unrecognized_keys') return 'unknown field'
  const message = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message
  return (message ?? issue.message).replace(/^[\w ]+: (?=expected )/, '')
}

/** Parses YAML (JSON is YAML too) and checks it against a schema. Never throws on bad text. */
export const parseYamlFile = <T>(text: string, schema: z.ZodType<T>): FileResult<T> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const root = document.contents
  const problem = (place: number, path: Path, message: string): FileProblem => ({
    line: Math.max(1, lines.linePos(place).line),
    field: fieldName(path),
    message,
  })
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const [place] = error.pos
      return problem(place, error.code === 'MULTIPLE_DOCS' ? [] : pathAt(root, place), wordSyntax(error))
    })
    return { kind: 'bad', problems }
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    // Of what could be parsed, only an alias can fail: of nothing, or of too much.
    const place = firstAlias(document)
    return {
      kind: 'bad',
      problems: [problem(place, pathAt(root, place), `expected YAML: ${(error as Error).message}`)],
    }
  }
  const result = schema.safeParse(value ?? {})
  if (result.success) return { kind: 'pass', value: result.data }
  const problems = result.error.issues.flatMap((issue): FileProblem[] => {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
    const near = issue.code === 'custom' ? (issue.params?.['near'] as Path | undefined) : undefined
    return paths.map((path) => problem(placeOf(root, near ?? path), path, wordIssue(issue)))
  })
  return { kind: 'bad', problems }
}

/** One line a problem, as a person reads it: `ringback.yaml:12: tasks[0].window: expected a duration …`. */
export const describeProblem = (file: string, problem: FileProblem): string =>
  `${file}:${problem.line}: ${problem.field}: ${problem.message}`
