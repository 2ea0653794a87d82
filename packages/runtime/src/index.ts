export { findConfig, loadConfig } from './load-config.ts'
export type { ConfigPlaces, LoadedConfig } from './load-config.ts'
export { isKeyExposed, loadLinkKey } from './link-key.ts'
export type { KeyPlaces } from './link-key.ts'
