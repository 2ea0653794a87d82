export { createAssembleStage } from './assemble-stage.ts'
export { createAssemble } from './assemble.ts'
export type { Assemble, Assembled } from './assemble.ts'
export { assembler } from './service.ts'
