/** A package may import only from lower levels; no service imports another, but ringback composes them (DESIGN section 3). */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(__dirname, '..')

interface Manifest {
  readonly name: string
  readonly ringback: { readonly level: number }
  readonly exports?: unknown
  readonly dependencies?: Readonly<Record<string, string>>
}

const rooms = ['packages', 'services'].flatMap((kind) =>
  readdirSync(join(root, kind))
    .filter((name) => existsSync(join(root, kind, name, 'package.json')))
    .map((name) => {
      const folder = join(root, kind, name)
      return { kind, folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest }
    }),
)
const levels = new Map(rooms.map(({ manifest }) => [manifest.name, manifest.ringback.level]))
const own = (dependencies: Manifest['dependencies'] = {}): string[] =>
  Object.keys(dependencies).filter((name) => name.startsWith('@ringback/'))

const sorted = (names: Iterable<string | undefined>): string[] =>
  [...names].map(String).sort((a, b) => (a < b ? -1 : 1))

/** Those that break the rule, as `a imports b`. */
const offences = (level: number, name: string, dependencies: readonly string[]): string[] =>
  dependencies.filter((other) => (levels.get(other) ?? Infinity) >= level).map((other) => `${name} imports ${other}`)

test('the rule can be broken', () => {
  expect(offences(1, 'identity', ['@ringback/households'])).toEqual(['identity imports @ringback/households'])
})

test.each(rooms.map(({ manifest, folder }) => [manifest.name, manifest, folder] as const))(
  '%s imports from lower levels alone, and what it declares',
  (name, { ringback, dependencies }, folder) => {
    expect(offences(ringback.level, name, own(dependencies))).toEqual([])
    const source = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('testing'))
      .map((file) => readFileSync(join(folder, 'src', file), 'utf8'))
      .join('\n')
    const imported = new Set([...source.matchAll(/from '(@ringback\/[^']+)'/g)].map((match) => match[1]))
    expect(sorted(imported)).toEqual(sorted(own(dependencies)))
    const build = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8')) as { references: { path: string }[] }
    expect(sorted(build.references.map(({ path }) => `@ringback/${path.split('/').at(-1) ?? ''}`))).toEqual(
      sorted(imported),
    )
  },
)

test('every package and service that others import loads as it is built', () => {
  // Tests run the sources through another loader, which finds names that this one does not.
  const loads = rooms
    .filter(({ manifest }) => manifest.exports !== undefined)
    .map(({ folder }) => `await import(${JSON.stringify(join(folder, 'dist/index.js'))})`)
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', `${loads.join('\n')}\nprocess.exit(0)`],
    { encoding: 'utf8' },
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
}, 60_000)
