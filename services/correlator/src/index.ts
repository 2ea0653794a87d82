export { createCorrelate } from './correlate.ts'
export type { Conclusion, Correlate, Correlated } from './correlate.ts'
