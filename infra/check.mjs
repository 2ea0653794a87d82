/** All checks, in the order in which they are cheapest to fail; `--tests-only` leaves the tests. The summary comes last. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bin = (name) => join(root, 'node_modules', '.bin', name)
const node = (file) => [process.execPath, ['--max-old-space-size=4096', join(root, 'node_modules', ...file.split('/'))]]

const checks = [
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['types of the tests', bin('tsc'), ['-p', 'test']],
  ['types of the scripts', bin('tsc'), ['-p', 'infra/native']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['unused', bin('knip'), []],
]
const [command, args] = node('jest/bin/jest.js')
const tests = ['tests', command, args]

console.log(`Node ${process.versions.node}`)
/** @type {[name: string, program: string, args: string[]][]} */
const all = process.argv.includes('--tests-only') ? [tests] : [...checks, tests]
for (const [name, program, given] of all) {
  console.log(`\n— ${name}`)
  const { status } = spawnSync(program, given, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    if (name !== 'tests') console.error(`${name} failed`)
    process.exit(status ?? 1)
  }
}
