/** What every part of the cluster has in common: ports that stay, a process that is started unless it runs, a wait until it answers. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { NativeError } from '../failures.mjs'
import { logFile, logTail, runningPid, startProcess, stopProcess } from '../processes.mjs'
import { freePort, isFree } from '../ports.mjs'

/**
 * @typedef {object} Call one call of `up`
 * @property {string} dir
 * @property {Record<string, number>} ports by process name; kept in native.json, so that a second call finds the same ones
 * @property {Set<string>} newPorts those that no client can know yet
 * @property {string[]} started the processes that this call started
 * @property {string | undefined} interruptedBy the signal, after which nothing more is started or waited for
 *
 * @typedef {object} ProcessSpec
 * @property {string} name
 * @property {string} program
 * @property {readonly string[]} args
 * @property {readonly string[]} ports the names of its ports
 * @property {() => Promise<boolean>} isReady
 * @property {string} [argv0]
 * @property {NodeJS.ProcessEnv} [env]
 */

const READY_MS = 120_000
const POLL_MS = 100

/**
 * @param {Call} call
 * @param {string} name
 * @returns {Promise<number>}
 */
export const portOf = async (call, name) => {
  if (call.ports[name] === undefined) {
    call.ports[name] = await freePort()
    call.newPorts.add(name)
  }
  return call.ports[name]
}

/** @param {Call} call */
export const throwIfInterrupted = ({ interruptedBy }) => {
  if (interruptedBy !== undefined) throw new NativeError(`${interruptedBy}: what was started is ended.`)
}

/**
 * @param {Call} call
 * @param {ProcessSpec} spec
 */
const startOnce = async (call, { name, program, args, ports, isReady, ...options }) => {
  for (const port of ports)
    if (!(await isFree(call.ports[port])))
      throw new NativeError(
        `${name}: port ${call.ports[port]}, on which it ran in ${call.dir}, is taken by another process.\n` +
          `  Stop that one, or give up the data here: infra/native/down ${call.dir} --purge`,
      )
  throwIfInterrupted(call)
  const started = await startProcess(call.dir, name, program, args, options)
  call.started.push(name)
  const until = performance.now() + READY_MS
  while (!(await isReady())) {
    throwIfInterrupted(call)
    const isGone = runningPid(call.dir, name) === undefined
    if (isGone || performance.now() > until) {
      const why = isGone ? 'ended before it was ready' : `was not ready after ${READY_MS / 1000} s`
      throw new NativeError(`${name} ${why}. The end of ${logFile(call.dir, name)}:\n${logTail(call.dir, started)}`)
    }
    await delay(POLL_MS)
  }
}

/** Whether the last start failed since somebody else took the port between the look and the start. */
const isTaken = (call, name) =>
  /address already in use|EADDRINUSE/i.test(readFileSync(logFile(call.dir, name)).subarray(-20_000).toString('utf8'))

/**
 * Starts the process unless it runs, and waits until it is ready. `specOf` is asked anew for each try, since a port that was
 * taken in the meantime is given up for another.
 * @param {Call} call
 * @param {() => Promise<ProcessSpec>} specOf
 */
export const ensureProcess = async (call, specOf) => {
  for (let triesLeft = 3; ; triesLeft -= 1) {
    const spec = await specOf()
    if (runningPid(call.dir, spec.name) !== undefined && (await isReadySoon(call, spec))) return
    try {
      await startOnce(call, spec)
      return
    } catch (error) {
      const isOurChoice = spec.ports.every((port) => call.newPorts.has(port))
      await stopProcess(call.dir, spec.name)
      if (triesLeft === 1 || !isOurChoice || !isTaken(call, spec.name)) throw error
      for (const port of spec.ports) delete call.ports[port]
    }
  }
}

/**
 * @param {Call} call
 * @param {ProcessSpec} spec
 */
const isReadySoon = async (call, { name, isReady }) => {
  const until = performance.now() + READY_MS
  while (!(await isReady())) {
    throwIfInterrupted(call)
    if (performance.now() > until)
      throw new NativeError(`${name} runs, but has not answered for ${READY_MS / 1000} s: infra/native/down it first.`)
    await delay(POLL_MS)
  }
  return true
}
