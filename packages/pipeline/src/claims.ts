/**
 * Who comes first has it: names that are taken for a while, by one of several doors at once. Journey codes rest on it (none is given
 * twice), and so do signed requests (none counts twice).
 */
export interface Claims {
  /**
   * Takes a name for so long, unless it is taken: resolves to the value that stands. Rejects, retryable, where that is not known; then
   * it may be taken.
   */
  readonly claim: (name: string, value: string, forMs: number) => Promise<string>
  readonly close: () => Promise<void>
}
