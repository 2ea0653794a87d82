/** Reads `ringback.yaml` and any other YAML that people write, and says what is wrong by line and field. */
import { LineCounter, isNode, parseDocument } from 'yaml'
import type { z } from 'zod'

export interface FileProblem {
  /** From 1; undefined where a whole field is missing from the top of the file. */
  readonly line: number | undefined
  /** As a path: `tasks[2].resumeWithin`. */
  readonly field: string
  readonly message: string
}

export type FileResult<T> =
  { readonly kind: 'pass'; readonly value: T } | { readonly kind: 'bad'; readonly problems: readonly FileProblem[] }

const fieldName = (path: readonly PropertyKey[]): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : (i ? '.' : '') + String(key))).join('') || '(file)'

/** Parses YAML (JSON is YAML too) and checks it against a schema. Never throws on bad text. */
export const parseYamlFile = <T>(text: string, schema: z.ZodType<T>): FileResult<T> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, maxAliasCount: 100 } as never)
  if (document.errors.length > 0)
    return {
      kind: 'bad',
      problems: document.errors.map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        field: '(file)',
        message: `expected YAML: ${error.message.split('\n')[0] ?? ''}`,
      })),
    }
  const result = schema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {})
  if (result.success) return { kind: 'pass', value: result.data }
  /** The line of the field, or of the nearest thing around it that is there. */
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    for (let depth = path.length; depth > 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true)
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
    }
    return undefined
  }
  const problems = result.error.issues.flatMap((issue): FileProblem[] => {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
    const message = issue.code === 'unrecognized_keys' ? 'unknown field' : issue.message
    return paths.map((path) => ({ line: lineOf(path), field: fieldName(path), message }))
  })
  return { kind: 'bad', problems }
}

/** One line a problem, as a person reads it: `ringback.yaml:12: tasks[0].window: expected a duration …`. */
export const describeProblem = (file: string, problem: FileProblem): string =>
  `${file}${problem.line === undefined ? '' : `:${problem.line}`}: ${problem.field}: ${problem.message}`
