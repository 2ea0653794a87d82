export { createIntake } from './intake.ts'
export type { Accepted, Door, EdgeCounts, Intake } from './intake.ts'
export { collector } from './service.ts'
