/** The folder of a demo: a made-up council's configuration, its keys, and how far it has been played. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configSchema, parseYamlFile } from '@ringback/contracts'
import { type Council, createCouncil } from '@ringback/council'
import { RingbackError } from '@ringback/pipeline'
import { z } from 'zod'

const FILE = 'demo.json'

const stateSchema = z.strictObject({
  seed: z.number().int(),
  residents: z.number().int().min(1),
  /** The local day on which its weeks begin. */
  start: z.string(),
  /** Its records up to here have gone in; null: none have. */
  playedTo: z.number().nullable(),
})
export type DemoState = z.infer<typeof stateSchema>

/** A demo goes on for so long, if nobody ends it. */
const WEEKS = 26

export const councilOf = ({ seed, residents, start }: DemoState): Council =>
  createCouncil({ seed, residents, start, weeks: WEEKS })

export const readDemoState = (dataDir: string): DemoState | undefined => {
  const file = join(dataDir, FILE)
  if (!existsSync(file)) return undefined
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new RingbackError('configuration', `${file}: this is no demo of this version: begin another with --data`, {
      cause,
    })
  }
}

export const writeDemoState = (dataDir: string, state: DemoState): void => {
  const file = join(dataDir, FILE)
  writeFileSync(`${file}.next`, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(`${file}.next`, file)
}

/** Nothing of anybody's is in it. */
export const isEmptyFolder = (dataDir: string): boolean => !existsSync(dataDir) || readdirSync(dataDir).length === 0

/** How long after the event each feed of the council brings it, in ms, by its configuration. */
export const feedDelays = ({ configYaml }: Council): ReadonlyMap<string, number> => {
  const parsed = parseYamlFile(configYaml, configSchema)
  if (parsed.kind === 'bad') throw new TypeError('the made-up council has a configuration that cannot be read')
  return new Map(
    Object.entries(parsed.value.feeds).flatMap(([source, { kind, delay }]) =>
      kind === 'contacts' ? [[source, delay ?? 0]] : [],
    ),
  )
}

/**
 * The council's own says of its feeds that they are complete but for a delay. The demo plays what has happened already, so there the clock on
 * the wall says nothing of how much has come in: it declares instead how far each feed reaches.
 */
const withoutDelays = (configYaml: string): string => configYaml.replaceAll(/, delay: \w+/g, '')

/** The folders from which `start` takes the nightly files of some feeds. */
export const inboxOf = (dataDir: string, feed: string): string => join(dataDir, 'inbox', feed)

export const makeDemoFolder = (dataDir: string, state: DemoState): void => {
  const { configYaml, mappings } = councilOf(state)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  writeFileSync(join(dataDir, 'ringback.yaml'), withoutDelays(configYaml))
  for (const [feed, mapping] of Object.entries(mappings)) {
    mkdirSync(inboxOf(dataDir, feed), { recursive: true })
    writeFileSync(join(inboxOf(dataDir, feed), 'mapping.yaml'), mapping)
  }
  writeDemoState(dataDir, state)
}
