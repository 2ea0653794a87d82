/** What a door refuses, and how it says so: RFC 9457. One closed table; no answer quotes what was sent. */

interface Kind {
  readonly status: number
  readonly title: string
}

export const PROBLEMS = {
  unreadable: { status: 400, title: 'The body cannot be read' },
  invalid: { status: 400, title: 'The body does not hold what this door takes' },
  unauthorised: { status: 401, title: 'A key that is known and not revoked is needed' },
  replayed: { status: 401, title: 'This signed request was made before: sign it anew' },
  wrong_key: { status: 403, title: 'This key does not open this door' },
  wrong_origin: { status: 403, title: 'This key is not for pages of this origin' },
  not_found: { status: 404, title: 'There is no such door' },
  wrong_method: { status: 405, title: 'This door takes another method' },
  too_large: { status: 413, title: 'The request is too large' },
  wrong_type: { status: 415, title: 'This door does not take this type of content' },
  too_many: { status: 429, title: 'Too many requests' },
  fault: { status: 500, title: 'A fault of Ringback' },
  unavailable: { status: 503, title: 'What was sent cannot be kept for now' },
} as const satisfies Record<string, Kind>

export type ProblemName = keyof typeof PROBLEMS

/** What a door refuses. `detail` is a sentence of ours. */
export interface Refused {
  readonly kind: 'refused'
  readonly problem: ProblemName
  readonly detail?: string
  /** When to come again. */
  readonly retryAfterSeconds?: number
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly kind: 'answered'
  readonly status: number
  /** What is no text or bytes goes as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Answer = Answered | Refused

export const refused = (problem: ProblemName, detail?: string): Refused => ({
  kind: 'refused',
  problem,
  ...(detail === undefined ? {} : { detail }),
})

/** Of a document: what is read as one. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  /** The request, by the name that its bad rows would have. */
  readonly instance: string
}

export const PROBLEM_TYPE = 'application/problem+json'

export const toProblemDocument = ({ problem, detail }: Refused, requestId: string): ProblemDocument => {
  const { status, title } = PROBLEMS[problem]
  return {
    type: `urn:ringback:problem:${problem.replaceAll('_', '-')}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    instance: `urn:ringback:request:${requestId}`,
  }
}
