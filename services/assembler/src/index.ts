export { createAssemble } from './assemble.ts'
export type { Assemble, Assembled } from './assemble.ts'
