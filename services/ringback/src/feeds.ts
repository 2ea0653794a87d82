/** How far the contact feeds reach: SEMANTICS section 9. */
import type { House } from './house.ts'

/** A sentence for each contact feed that is complete to nothing, so that its weeks stay provisional for ever. */
export const incompleteFeeds = async ({ warehouse, config, clock }: House): Promise<readonly string[]> => {
  const feeds = await warehouse.contactFeeds(config, clock())
  return feeds
    .filter(({ completeTo }) => completeTo === null)
    .map(
      ({ source }) =>
        `The feed ${source} is complete to nothing: its weeks stay provisional. Import with --complete-to, or give it a delay in the configuration.`,
    )
}
