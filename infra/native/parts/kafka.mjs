/** Apache Kafka from its published artifacts: one node in KRaft mode, broker and controller in one. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lackError, NativeError } from '../failures.mjs'
import { withLock } from '../lock.mjs'
import { exchange } from './exchange.mjs'
import { ensureProcess, portOf } from './part.mjs'

const here = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const POM = here('pom.xml')

const hasProgram = (program) => spawnSync(program, ['-version'], { stdio: 'ignore' }).status === 0

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<{ status: number | null, output: string }>}
 */
const run = (program, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.once('error', reject).once('close', (status) => resolve({ status, output }))
  })

/**
 * The folder with the jars, shared by every checkout of this user; brought once, and whole or not at all.
 * @returns {Promise<string>}
 */
const bringJars = async () => {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ringback')
  const jars = join(cache, `kafka-${createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12)}`)
  if (existsSync(jars)) return jars
  if (!hasProgram('mvn'))
    throw lackError('kafka: Maven, which brings its jars, is missing.\n  On Debian, as root: apt-get install -y maven')
  return withLock(join(cache, 'kafka.lock'), async () => {
    if (existsSync(jars)) return jars
    console.log('kafka: bringing its jars (once) …')
    const fresh = `${jars}.${process.pid}`
    rmSync(fresh, { recursive: true, force: true })
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${fresh}`]
    const { status, output } = await run('mvn', ['-q', '-B', '-ntp', '-f', POM, ...goal])
    if (status !== 0)
      throw new NativeError(
        `kafka: Maven could not bring its jars:\n${output.trim().split('\n').slice(-10).join('\n')}`,
      )
    renameSync(fresh, jars)
    return jars
  })
}

/** @param {{ port: number, controller: number, data: string }} where */
const properties = ({ port, controller, data }) => `# Written by infra/native/up.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${data}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
# One node is all the replicas there are.
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# The default would take a quarter of this heap.
log.cleaner.dedupe.buffer.size=16777216
`

/** Metadata, version 4, of no topic: what is known of the brokers. */
const METADATA = (() => {
  const body = Buffer.from([0, 3, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0, 0])
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
})()

/** Ready is who knows a broker and a controller: listening alone comes earlier. */
const isReady = async (port) => {
  const answer = await exchange(
    port,
    METADATA,
    (bytes) => bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0),
  )
  // After size, correlation and throttle time: the number of brokers.
  return answer !== undefined && answer.length >= 16 && answer.readInt32BE(12) > 0
}

/** A random id as Kafka writes them; a leading hyphen would read as an option. */
const clusterId = () => `R${randomBytes(16).toString('base64url').slice(1, 21)}A`

/**
 * @param {import('./part.mjs').Call} call
 * @returns {Promise<{ brokers: string[] }>}
 */
export const upKafka = async (call) => {
  if (!hasProgram('java'))
    throw lackError(
      'kafka: Java 17 or newer is missing.\n  On Debian, as root: apt-get install -y default-jre-headless',
    )
  const jars = join(await bringJars(), '*')
  const data = join(call.dir, 'data', 'kafka')
  const file = join(call.dir, 'run', 'kafka.properties')
  await ensureProcess(call, async () => {
    const port = await portOf(call, 'kafka')
    const controller = await portOf(call, 'kafka-controller')
    mkdirSync(data, { recursive: true })
    mkdirSync(join(call.dir, 'run'), { recursive: true })
    writeFileSync(file, properties({ port, controller, data }))
    if (!existsSync(join(data, 'meta.properties'))) {
      const args = ['-cp', jars, 'kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', file]
      const { status, output } = await run('java', args)
      if (status !== 0) throw new NativeError(`kafka: its storage in ${data} could not be made:\n${output.trim()}`)
    }
    const log4j = `-Dlog4j2.configurationFile=${here('log4j2.properties')}`
    return {
      name: 'kafka',
      program: 'java',
      args: ['-Xmx512m', '-Djava.awt.headless=true', log4j, '-cp', jars, 'kafka.Kafka', file],
      ports: ['kafka', 'kafka-controller'],
      isReady: () => isReady(port),
    }
  })
  return { brokers: [`127.0.0.1:${call.ports['kafka']}`] }
}
