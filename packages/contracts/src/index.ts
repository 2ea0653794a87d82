export { BAD_REASONS, badRowSchema, sealedBadRowSchema } from './bad-rows.ts'
export type { BadReason, BadRow, Refusal, SealedBadRow } from './bad-rows.ts'
export { configSchema, WEEKDAYS } from './config.ts'
export type { Config, Line, Task, TopicRule, Weekday } from './config.ts'
export { describeProblem, parseYamlFile } from './config-file.ts'
export type { FileProblem, FileResult } from './config-file.ts'
export { TOKEN_TYPES } from './edge.ts'
export type { CanonicalLeg, EdgeLeg, EdgeProfile, EdgeRecord, EdgeWebEvent, Token, TokenType } from './edge.ts'
export {
  DAY_MS,
  formatInstant,
  HOUR_MS,
  MINUTE_MS,
  parseDay,
  parseDuration,
  parseInstant,
  SECOND_MS,
  WEEK_MS,
} from './instant.ts'
export type { Instant, LocalDay } from './instant.ts'
export {
  CHANNELS,
  DEVICE_CLASSES,
  ID_LENGTH,
  identifiersSchema,
  legSchema,
  profileSchema,
  RECORD_BYTES,
  RECORD_DEPTH,
  RECORD_KINDS,
  RESULTS,
  WEB_EVENT_TYPES,
  webEventSchema,
} from './records.ts'
export type {
  Channel,
  DeviceClass,
  IdentifierField,
  Identifiers,
  Leg,
  Profile,
  RecordKind,
  Result,
  WebEvent,
  WebEventType,
} from './records.ts'
export {
  BASES,
  contactRateSchema,
  contactRowSchema,
  EXPORTS,
  journeyRowSchema,
  OUTCOMES,
  REASONS,
  RETURN_KINDS,
  taskRateSchema,
  TOPICS,
  VERDICTS,
} from './rows.ts'
export type {
  Basis,
  ContactRate,
  ContactRow,
  ExportedContact,
  ExportedJourney,
  ExportName,
  JourneyRow,
  Outcome,
  Reason,
  ReturnKind,
  TaskRate,
  Topic,
  Verdict,
} from './rows.ts'
export { compileGlob, compileUrlRule, cutUrl } from './url-rules.ts'
export { parseTopicRecords, toTopicRecord } from './topic-records.ts'
export { addDays, createZone, isZoneName, weekdayOf } from './zone.ts'
export type { LocalTime, Zone } from './zone.ts'
