/** Lua is source: each script is one file of `lua/`, named for how many keys it takes (n: any number). */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Beside `src` and `dist` alike: the compiler copies no Lua, and need not. */
const LUA = new URL('../lua/', import.meta.url)

export interface Script {
  readonly text: string
  /** What a server that has seen the text knows it by. */
  readonly sha1: string
}

export const readScript = (name: string): Script => {
  const text = readFileSync(new URL(`${name}.lua`, LUA), 'utf8')
  return { text, sha1: createHash('sha1').update(text).digest('hex') }
}
