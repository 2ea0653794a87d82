/** URL rules of the catalogue: globs over `host/path` or `/path` (CONTRACT section 2). */

/** `/path`, or a host and then perhaps a path. What `cutUrl` drops (scheme, credentials, port, query) could never match. */
export const hasUrlRuleShape = (rule: string): boolean => /^(?:\/(?!\/)|[^/\s?#:@]+(?:\/|$))[^\s?#]*$/.test(rule)

const withoutTrailingSlash = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : path)

/** A glob, `*` any run of characters, as a test of a whole string; letter case does not matter. */
export const compileGlob = (glob: string): ((text: string) => boolean) => {
  const parts = glob.toLowerCase().split('*')
  const first = parts[0] ?? ''
  if (parts.length === 1) return (text) => text.toLowerCase() === first
  const last = parts[parts.length - 1] ?? ''
  const middle = parts.slice(1, -1)
  return (text) => {
    const lower = text.toLowerCase()
    if (lower.length < first.length + last.length || !lower.startsWith(first) || !lower.endsWith(last)) return false
    let from = first.length
    const end = lower.length - last.length
    for (const part of middle) {
      const at = lower.indexOf(part, from)
      if (at < 0 || at + part.length > end) return false
      from = at + part.length
    }
    return from <= end
  }
}

/** A URL rule as a test of what `cutUrl` gives; a trailing slash does not matter, so that it is tried with and without. */
export const compileUrlRule = (rule: string): ((url: string) => boolean) => {
  const matches = compileGlob(withoutTrailingSlash(rule))
  const matchesEither = (text: string): boolean => {
    const bare = withoutTrailingSlash(text)
    return matches(bare) || matches(`${bare}/`)
  }
  if (!rule.startsWith('/')) return matchesEither
  return (url) => {
    const slash = url.indexOf('/')
    return matchesEither(slash < 0 ? '' : url.slice(slash))
  }
}

/** `scheme://user@host:port/path` or `//host/path`. */
const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^/?#]*@)?(\[[^\]/?#]*\]|[^/?#:]*)[^/?#]*([^?#]*)/i
/** The same without a scheme, or a path alone; but not `mailto:` and its kind, which have neither host nor path. */
const BARE = /^(?:[^/?#:]*@)?(\[[^\]/?#]*\]|[^/?#:@]*)(?::\d*)?((?:\/[^?#]*)?)(?=[?#]|$)/

/**
 * Host and path of a URL, lower-case host: the scheme, credentials, port, query and fragment are dropped. Empty where
 * there is neither, as in `mailto:`: what else it holds may be somebody's.
 */
export const cutUrl = (url: string): string => {
  const text = url.trim()
  const match = ABSOLUTE.exec(text) ?? BARE.exec(text)
  const host = match?.[1]?.trim().toLowerCase() ?? ''
  const path = match?.[2]?.trimEnd() ?? ''
  return host === '' ? path.replace(/^\/+/, '/') : host + path
}
