/** How the files of one folder of the inbox are read: by its `inbox.yaml` and `mapping.yaml`, where it has them, and by its name. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  type Config,
  describeProblem,
  formatInstant,
  type Instant,
  parseYamlFile,
  RECORD_KINDS,
} from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'
import { z } from 'zod'

const settingsSchema = z.strictObject({
  /** As `import --format`. */
  format: z.string().min(1).optional(),
  /** A file of the folder. */
  mapping: z.string().min(1).optional(),
  kind: z.enum(RECORD_KINDS).optional(),
  /** The folder's name, unless this says another. */
  source: z.string().min(1).optional(),
  /** A file is complete up to when it was last written: its weeks need wait for no more. */
  completeTo: z.enum(['mtime']).optional(),
})
type Settings = z.infer<typeof settingsSchema>

export const SETTINGS_FILE = 'inbox.yaml'
export const MAPPING_FILE = 'mapping.yaml'

const readSettings = (folder: string): Settings => {
  const file = join(folder, SETTINGS_FILE)
  if (!existsSync(file)) return {}
  const parsed = parseYamlFile(readFileSync(file, 'utf8'), settingsSchema)
  if (parsed.kind === 'pass') return parsed.value
  throw new RingbackError('input', parsed.problems.map((problem) => describeProblem(file, problem)).join('\n'))
}

const TABLE = /\.(csv|tsv|txt)(\.gz)?$/i

/** What one would say to `import` for a file that lies in a folder. Throws RingbackError where nothing tells how to read it. */
export const importArguments = (
  { feeds }: Pick<Config, 'feeds'>,
  folder: string,
  name: string,
  writtenAt: Instant,
): readonly string[] => {
  const { format, mapping, kind, source, completeTo } = readSettings(folder)
  const own = existsSync(join(folder, MAPPING_FILE)) ? MAPPING_FILE : undefined
  const mappedBy = mapping ?? (format === undefined ? own : undefined)
  if (TABLE.test(name) && mappedBy === undefined && format === undefined)
    throw new RingbackError(
      'input',
      `${folder}: nothing tells how its tables are read: put a ${MAPPING_FILE} there, or name a format in ${SETTINGS_FILE}`,
    )
  const feed = basename(folder)
  const kindOf = kind ?? (format === undefined && mappedBy === undefined ? feeds[feed]?.kind : undefined)
  return [
    ...(format === undefined ? [] : ['--format', format]),
    ...(mappedBy === undefined ? [] : ['--mapping', join(folder, mappedBy)]),
    ...(kindOf === undefined ? [] : ['--kind', kindOf]),
    ...(mappedBy === undefined || source !== undefined ? ['--source', source ?? feed] : []),
    ...(completeTo === undefined ? [] : ['--complete-to', formatInstant(writtenAt)]),
  ]
}
