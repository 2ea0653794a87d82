/** The gateway: ClickHouse's HTTP interface in front of chDB. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureProcess, portOf } from './part.mjs'

const PROGRAM = fileURLToPath(new URL('../gateway', import.meta.url))

/** @param {string} url */
export const isOk = async (url) => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}

/**
 * @param {import('./part.mjs').Call} call
 * @returns {Promise<{ url: string }>}
 */
export const upClickhouse = async (call) => {
  await ensureProcess(call, async () => {
    const port = await portOf(call, 'clickhouse')
    return {
      name: 'clickhouse',
      program: process.execPath,
      args: [PROGRAM, join(call.dir, 'data', 'clickhouse'), '--port', String(port)],
      env: { ...process.env, UV_THREADPOOL_SIZE: '8' },
      ports: ['clickhouse'],
      isReady: () => isOk(`http://127.0.0.1:${port}/ping`),
    }
  })
  return { url: `http://127.0.0.1:${call.ports['clickhouse']}` }
}
