/**
 * Brings a machine that has only Node and npm to where the product runs: pnpm, the dependencies as locked, the build. Does nothing
 * when nothing has changed. Speaks on stderr alone, since commands print their results on stdout.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const isQuiet = process.argv.includes('--quiet')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Ringback needs Node 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(2)
}

const run = (what, command, args) => {
  console.error(`ringback setup: ${what} …`)
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: isQuiet ? ['ignore', 'ignore', 'inherit'] : ['ignore', 2, 2],
    env: { ...process.env, npm_config_loglevel: 'error' },
  })
  if (status !== 0) {
    console.error(`ringback setup: ${what} failed${error ? `: ${error.message}` : ''}`)
    process.exit(3)
  }
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const stamps = join(root, 'node_modules', '.ringback')
const isStamped = (name, stamp) => {
  const file = join(stamps, name)
  return existsSync(file) && readFileSync(file, 'utf8') === stamp
}
const setStamp = (name, stamp) => {
  mkdirSync(stamps, { recursive: true })
  writeFileSync(join(stamps, name), stamp)
}

const manifests = ['packages', 'services'].flatMap((room) =>
  readdirSync(join(root, room)).map((name) => join(root, room, name, 'package.json')),
)
const locked = createHash('sha256')
for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']
  .map((name) => join(root, name))
  .concat(manifests))
  if (existsSync(file)) locked.update(readFileSync(file))
const installed = locked.digest('hex')
if (!isStamped('installed', installed)) {
  run('installing the dependencies as locked', 'npm', [
    'exec',
    '--yes',
    `--package=${manifest.packageManager}`,
    '--',
    'pnpm',
    'install',
    '--frozen-lockfile',
  ])
  setStamp('installed', installed)
}

/** Changes with every source file that is written, added or removed. */
const sources = createHash('sha256').update(installed)
const visit = (folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.name === 'dist') continue
    if (entry.isDirectory()) visit(path)
    else sources.update(`${path}|${statSync(path).mtimeMs}|`)
  }
}
for (const file of manifests) {
  visit(join(dirname(file), 'src'))
  sources.update(String(existsSync(join(dirname(file), 'dist'))))
}
visit(join(root, 'test'))
sources.update(readFileSync(join(root, 'tsconfig.base.json')))
const built = sources.digest('hex')
if (!isStamped('built', built)) {
  run('building', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--build'])
  // A first build makes the folders that the stamp speaks of: the next run stamps it.
  setStamp('built', built)
}
