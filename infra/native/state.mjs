/** `DIR/native.json`: what runs where, for programs to read, and for a second call to find the same ports. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {object} NativeState
 * @property {Record<string, number>} ports by process name
 * @property {string} [config]
 * @property {{ brokers: string[], pid?: number }} [kafka]
 * @property {{ url: string, pid?: number }} [redis]
 * @property {{ nodes: string[], pids?: (number | undefined)[] }} [redisCluster]
 * @property {{ url: string, pid?: number }} [clickhouse]
 * @property {Record<string, { port: number, url: string, pid?: number }>} [services]
 */

const fileOf = (dir) => join(dir, 'native.json')

/**
 * @param {string} dir
 * @returns {NativeState}
 */
export const readState = (dir) =>
  existsSync(fileOf(dir)) ? JSON.parse(readFileSync(fileOf(dir), 'utf8')) : { ports: {} }

/**
 * @param {string} dir
 * @param {NativeState} state
 */
export const writeState = (dir, state) => {
  mkdirSync(dir, { recursive: true })
  writeFileSync(`${fileOf(dir)}.new`, `${JSON.stringify(state, undefined, 2)}\n`)
  renameSync(`${fileOf(dir)}.new`, fileOf(dir))
}
