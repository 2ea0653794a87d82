/** Processes that outlive the command that started them, and the pid files by which another command finds them. */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * When a process began, in whatever unit the system tells it; undefined when there is none (a zombie is none). A number that
 * was given to another process since then has begun at another time.
 * @param {number} pid
 * @returns {string | undefined}
 */
export const startOf = (pid) => {
  if (existsSync('/proc/self/stat')) {
    try {
      // pid (command) state … ; the 22nd field is the start in ticks since boot. The command may hold anything.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${boot}/${fields[19]}`
    } catch {
      return undefined
    }
  }
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
  const [, state, start] = /^(\S+)\s+(.*\S)\s*$/.exec(stdout ?? '') ?? []
  return state === undefined || state.startsWith('Z') ? undefined : start
}

const pidFile = (dir, name) => join(dir, 'run', `${name}.pid`)
export const logFile = (dir, name) => join(dir, 'logs', `${name}.log`)

/**
 * The process of that name which `up` started, if it is still there.
 * @param {string} dir
 * @param {string} name
 * @returns {number | undefined}
 */
export const runningPid = (dir, name) => {
  let pid
  let start
  try {
    ;[pid, start] = readFileSync(pidFile(dir, name), 'utf8').split('\n')
  } catch {
    return undefined
  }
  return startOf(Number(pid)) === start && start !== '' ? Number(pid) : undefined
}

/**
 * @param {string} dir
 * @param {string} name
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ argv0?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ name: string, pid: number, logStart: number }>}
 */
export const startProcess = async (dir, name, program, args, options = {}) => {
  const log = logFile(dir, name)
  for (const file of [log, pidFile(dir, name)]) mkdirSync(dirname(file), { recursive: true })
  const out = openSync(log, 'a')
  const logStart = statSync(log).size
  const child = spawn(program, args, { ...options, cwd: dir, detached: true, stdio: ['ignore', out, out] })
  closeSync(out)
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  const pid = /** @type {number} */ (child.pid)
  // One that has ended already leaves an empty start, which is never taken for running.
  writeFileSync(pidFile(dir, name), `${pid}\n${startOf(pid) ?? ''}`)
  child.unref()
  return { name, pid, logStart }
}

/**
 * The end of what a process has written since it was started.
 * @param {string} dir
 * @param {{ name: string, logStart: number }} started
 */
export const logTail = (dir, { name, logStart }) => {
  const text = readFileSync(logFile(dir, name)).subarray(logStart).toString('utf8').trimEnd()
  return text
    .split('\n')
    .slice(-15)
    .map((line) => `    ${line}`)
    .join('\n')
}

/** How long a process may take to end in order. */
const GRACE_MS = 20_000

/**
 * Ends the process of that name: asks, then insists. Nothing happens to one that `up` did not start.
 * @param {string} dir
 * @param {string} name
 * @returns {Promise<'stopped' | 'killed' | 'was not running'>}
 */
export const stopProcess = async (dir, name) => {
  const pid = runningPid(dir, name)
  let said = /** @type {'stopped' | 'killed' | 'was not running'} */ ('was not running')
  if (pid !== undefined) {
    said = 'stopped'
    process.kill(pid, 'SIGTERM')
    const until = performance.now() + GRACE_MS
    while (runningPid(dir, name) !== undefined) {
      if (performance.now() > until && said === 'stopped') {
        said = 'killed'
        process.kill(pid, 'SIGKILL')
      }
      await delay(50)
    }
  }
  rmSync(pidFile(dir, name), { force: true })
  return said
}
