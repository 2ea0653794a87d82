/** Loaded with `--import`: has the module loader change the built files that the canary RINGBACK_CANARY names. */
import { register } from 'node:module'
import { CANARIES, MORE_CANARIES } from './canaries.ts'

const name = process.env['RINGBACK_CANARY'] ?? ''
const changes = CANARIES[name] ?? MORE_CANARIES[name]
if (!changes) throw new Error(`no canary is called ${name}`)
register('./mutant-loader.js', { parentURL: import.meta.url, data: changes })
