/** The formats that `--format` and `/v1/contacts/{format}` know. One more is a file of its own and a line here. */
import { amazonConnectFormat } from './amazon-connect-format.ts'
import type { Format } from './format.ts'
import { open311Format } from './open311-format.ts'
import { ringbackFormat } from './ringback-format.ts'
import { twilioFormat } from './twilio-format.ts'
import { accessLogFormat } from './web/access-log-format.ts'
import { ga4Format } from './web/ga4-format.ts'
import { snowplowFormat } from './web/snowplow-format.ts'
import { zendeskFormat } from './zendesk-format.ts'

export const FORMATS: readonly Format[] = [
  accessLogFormat,
  amazonConnectFormat,
  ga4Format,
  open311Format,
  snowplowFormat,
  twilioFormat,
  zendeskFormat,
]

export const findFormat = (name: string): Format | undefined => FORMATS.find((format) => format.name === name)

/** What `--format` takes. */
export const FORMAT_NAMES: readonly string[] = [ringbackFormat.name, ...FORMATS.map(({ name }) => name)]
