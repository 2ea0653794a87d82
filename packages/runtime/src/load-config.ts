/** Finds and reads `ringback.yaml`: what was asked for, else in the data folder, else here. */
import { isUtf8 } from 'node:buffer'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, configSchema, describeProblem, parseYamlFile } from '@ringback/contracts'
import { RingbackError } from '@ringback/pipeline'

export interface LoadedConfig {
  readonly file: string
  readonly config: Config
}

export interface ConfigPlaces {
  /** `--config`, else RINGBACK_CONFIG. */
  readonly asked: string | undefined
  readonly dataDir: string
  readonly cwd: string
}

/** The file that counts, or undefined where there is none. Throws if the one that was asked for is not there. */
export const findConfig = ({ asked, dataDir, cwd }: ConfigPlaces): string | undefined => {
  if (asked !== undefined) {
    const file = resolve(cwd, asked)
    if (existsSync(file)) return file
    throw new RingbackError('configuration', `${asked}: no such file; name another with --config`)
  }
  return [join(dataDir, 'ringback.yaml'), join(cwd, 'ringback.yaml')].find((file) => existsSync(file))
}

/** Reads and checks a configuration. Throws with one line a problem: file, line, field, what was expected. */
export const loadConfig = (file: string): LoadedConfig => {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    throw new RingbackError('configuration', `${file}: cannot be read: ${(cause as Error).message}`, { cause })
  }
  const text = bytes.toString()
  if (!isUtf8(bytes)) {
    // What could not be decoded stands as U+FFFD; the line is exact unless the text holds that character itself.
    const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length
    const problem = { line, field: '(file)', message: 'expected UTF-8: save it with that encoding' }
    throw new RingbackError('configuration', describeProblem(file, problem))
  }
  const parsed = parseYamlFile(text, configSchema)
  if (parsed.kind === 'pass') return { file, config: parsed.value }
  throw new RingbackError('configuration', parsed.problems.map((problem) => describeProblem(file, problem)).join('\n'))
}
