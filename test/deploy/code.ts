/** What the deployment files must agree with, read from the code. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(__dirname, '..', '..')
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

export const SERVICES = ['collector', 'assembler', 'correlator', 'writer', 'insights'] as const
export type ServiceName = (typeof SERVICES)[number]

interface Manifest {
  readonly packageManager?: string
  readonly dependencies?: Readonly<Record<string, string>>
}
const manifestOf = (folder: string): Manifest => JSON.parse(read(join(folder, 'package.json'))) as Manifest

export const packageManager = manifestOf('.').packageManager

const dependsOn = (service: string, name: string): boolean =>
  Object.hasOwn(manifestOf(`services/${service}`).dependencies ?? {}, `@ringback/${name}`)

const sourcesOf = (service: string): string =>
  readdirSync(join(ROOT, 'services', service, 'src'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => read(`services/${service}/src/${file}`))
    .join('\n')

/** What a service works with, by what it imports and calls. */
export const needsOf = (service: ServiceName) => ({
  kafka: dependsOn(service, 'kafka-log'),
  redis: dependsOn(service, 'redis-state'),
  clickhouse: dependsOn(service, 'warehouse'),
  linkKey: sourcesOf(service).includes('loadLinkKey('),
  keys: sourcesOf(service).includes('watchKeys('),
})

/** Whether a program that the image runs by this path is built from a source that is there. */
export const isBuiltFrom = (path: string): boolean => {
  const [, service = '', file = ''] = /^services\/([a-z]+)\/dist\/([a-z-]+)\.js$/.exec(path) ?? []
  try {
    return read(`services/${service}/src/${file}.ts`) !== ''
  } catch {
    return false
  }
}

/** A tag that says which release: at least two numbers, and never what moves by itself. */
export const isPinned = (image: string): boolean => /^[a-z0-9./-]+:v?\d+\.\d+[a-z0-9.-]*$/.test(image)
