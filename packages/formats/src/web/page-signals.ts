/** What a page says by itself: its step by its address, and by the title of GOV.UK's patterns that something went wrong. */

export type PageSignal =
  | { readonly type: 'validation_error' }
  | { readonly type: 'error'; readonly code: 'server_error' | 'unavailable' | 'not_found' }

/** At the beginning of a title, or of one of its parts: `Borsetshire Council | Page not found`. The snippet has the same words. */
const partIs = (words: string): RegExp => new RegExp(`(?:^|[-–—|·:]\\s)\\s*${words}`, 'i')

const VALIDATION = /^\s*error:\s/i
const ERRORS = [
  { code: 'server_error', title: partIs('sorry, there is a problem with the service') },
  { code: 'unavailable', title: partIs('sorry, the service is unavailable') },
  { code: 'not_found', title: partIs('page not found') },
] as const

/** Of a page's title, by GOV.UK's patterns. */
export const signalOf = (title: string | undefined): PageSignal | undefined => {
  if (title === undefined) return undefined
  if (VALIDATION.test(title)) return { type: 'validation_error' }
  const error = ERRORS.find((pattern) => pattern.title.test(title))
  return error && { type: 'error', code: error.code }
}

/** A page's step: the last part of its path, `/` where there is none. `url` is host and path alone. */
export const stepOf = (url: string | undefined): string => {
  const [, ...path] = url?.split('/') ?? []
  return path.findLast((part) => part !== '') ?? '/'
}

/** Whoever follows such a link leaves the web for another channel. */
export const isContactLink = (target: unknown): boolean =>
  typeof target === 'string' && /^\s*(?:tel|mailto):/i.test(target)
