/** One process a service, and the topics they need. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { NativeError } from '../failures.mjs'
import { isOk } from './clickhouse.mjs'
import { ensureProcess, portOf } from './part.mjs'

export const SERVICES = ['collector', 'assembler', 'correlator', 'writer', 'insights']

/** Nearly everything that a batch makes is short-lived. */
const NODE_FLAGS = ['--max-semi-space-size=64']

const mainOf = (service) => fileURLToPath(new URL(`../../../services/${service}/dist/main.js`, import.meta.url))

/** @param {string} config */
export const createTopics = (config) => {
  const args = [mainOf('ringback'), 'topics', 'create', '--config', config]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0)
    throw new NativeError(
      `topics: ringback topics create --config ${config} ended with ${status}:\n${stdout}${stderr}`.trimEnd(),
      status === 2 ? 2 : 3,
    )
}

/**
 * @param {import('./part.mjs').Call} call
 * @param {string} config
 * @param {string} service
 * @returns {Promise<{ port: number, url: string }>}
 */
export const upService = async (call, config, service) => {
  const main = mainOf(service)
  if (!existsSync(main)) throw new NativeError(`${service}: ${main} is missing; build first: npm run setup`)
  await ensureProcess(call, async () => {
    const port = await portOf(call, service)
    return {
      name: service,
      program: process.execPath,
      args: [...NODE_FLAGS, main, '--config', config, '--port', String(port)],
      ports: [service],
      isReady: () => isOk(`http://127.0.0.1:${port}/readyz`),
    }
  })
  const port = call.ports[service]
  return { port, url: `http://127.0.0.1:${port}` }
}
