/** Runs in the loader's thread. */
import type { LoadFnOutput, LoadHookContext } from 'node:module'
import type { Change } from './canaries.ts'

let changes: readonly Change[] = []

export const initialize = (given: readonly Change[]): void => {
  changes = given
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
/** However the compiler breaks its lines. */
const toPattern = (text: string): RegExp => new RegExp(text.trim().split(/\s+/).map(escaped).join('\\s+'), 'g')

export const load = async (
  url: string,
  context: LoadHookContext,
  next: (url: string, context: LoadHookContext) => LoadFnOutput | Promise<LoadFnOutput>,
): Promise<LoadFnOutput> => {
  const loaded = await next(url, context)
  const own = changes.filter(({ file }) => url.endsWith(file))
  if (own.length === 0) return loaded
  let source = Buffer.from(loaded.source as Uint8Array).toString()
  for (const { file, find, replace } of own) {
    const pattern = toPattern(find)
    const found = source.match(pattern)?.length ?? 0
    if (found !== 1) throw new Error(`a canary looks for something that is ${found} times in ${file}: ${find}`)
    source = source.replace(pattern, () => replace)
  }
  return { ...loaded, source }
}
