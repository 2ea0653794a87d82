/** How far the contact feeds reach: SEMANTICS section 9. */
import type { Config, Instant } from '@ringback/contracts'
import type { Engine } from './engine.ts'
import { readStatement } from './statements.ts'

const DECLARE_FEED = readStatement('declare-feed')
const DECLARED_FEEDS = readStatement('declared-feeds')
const NEXT_CONTACT_SOURCE = readStatement('next-contact-source')

export interface Feed {
  readonly source: string
  /** Everything that started before has been received; null: complete to nothing. */
  readonly completeTo: Instant | null
}

export interface DeclaredFeed extends Feed {
  readonly completeTo: Instant
}

/** Declares a feed complete to an instant. The greatest declaration counts, in whatever order they come. */
export const declareFeed = (engine: Engine, source: string, completeTo: Instant): Promise<void> =>
  engine.run(DECLARE_FEED, { source, complete_to: completeTo })

export const declaredFeeds = async (engine: Engine): Promise<readonly DeclaredFeed[]> => {
  const rows = await engine.select<{ source: string; complete_to_ms: number }>(DECLARED_FEEDS)
  return rows.map(({ source, complete_to_ms }) => ({ source, completeTo: complete_to_ms }))
}

/**
 * "The contact feeds are those that the configuration names with `kind: contacts`, and every source that a contact
 * names. A feed is complete to the later of what its operator or importer has declared and, with a `delay`, now − delay;
 * with neither, it is complete to nothing." By source.
 */
export const contactFeeds = async (
  engine: Engine,
  config: Pick<Config, 'feeds'>,
  now: Instant,
): Promise<readonly Feed[]> => {
  const declared = new Map((await declaredFeeds(engine)).map(({ source, completeTo }) => [source, completeTo]))
  const configured = new Map(Object.entries(config.feeds))
  const sources = new Set(await contactSources(engine))
  for (const [source, { kind }] of configured) if (kind === 'contacts') sources.add(source)
  return [...sources].toSorted().map((source) => {
    const delay = configured.get(source)?.delay
    const reached = [declared.get(source), delay === undefined ? undefined : now - delay].filter(
      (at) => at !== undefined,
    )
    return { source, completeTo: reached.length > 0 ? Math.max(...reached) : null }
  })
}

/** Up to where every feed is complete: −∞ if one is complete to nothing, +∞ if there are none to wait for. */
export const completeTo = (feeds: readonly Feed[]): number =>
  Math.min(Infinity, ...feeds.map((feed) => feed.completeTo ?? -Infinity))

/**
 * Walks from source to source: `contactId` is the source, `:` (which an encoded source does not hold) and the
 * conversation, so the ids of a source end before the source followed by the character after `:`.
 */
const contactSources = async (engine: Engine): Promise<readonly string[]> => {
  const sources: string[] = []
  for (let from = ''; ;) {
    const [contact] = await engine.select<{ contact_id: string; source: string }>(NEXT_CONTACT_SOURCE, { from })
    if (contact === undefined) return sources
    sources.push(contact.source)
    from = `${contact.contact_id.slice(0, contact.contact_id.indexOf(':'))};`
  }
}
