/** URL rules of the catalogue: globs over `host/path` or `/path` (CONTRACT section 2). */

/** `/path`, or a host and then perhaps a path. */
export const hasUrlRuleShape = (rule: string): boolean => /^(?:\/|[^/\s?#]+(?:\/|$))[^\s?#]*$/.test(rule)

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

/** A URL rule as a test of what `cutUrl` gives. */
export const compileUrlRule = (rule: string): ((url: string) => boolean) => {
  const matches = compileGlob(withoutTrailingSlash(rule))
  if (!rule.startsWith('/')) return (url) => matches(withoutTrailingSlash(url))
  return (url) => {
    const slash = url.indexOf('/')
    return matches(slash < 0 ? '' : withoutTrailingSlash(url.slice(slash)))
  }
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#:]*)(?::\d*)?([^?#]*)/i

/** Host and path of a URL, lower-case host: the scheme, credentials, port, query and fragment are dropped. */
export const cutUrl = (url: string): string => {
  const match = ABSOLUTE.exec(url)
  if (match) return `${(match[1] ?? '').toLowerCase()}${match[2] ?? ''}`
  const end = url.search(/[?#]/)
  return end < 0 ? url : url.slice(0, end)
}
