/** `infra/compose.yaml` and the image: no engine runs here, so what can be held to the code is. */
import { configSchema, parseYamlFile } from '@ringback/contracts'
import { parse } from 'yaml'
import { isBuiltFrom, isPinned, needsOf, packageManager, read, SERVICES } from './code.ts'

interface Service {
  readonly image: string
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly restart?: string
  readonly read_only?: boolean
  readonly environment?: Readonly<Record<string, string | number>>
  readonly secrets?: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly stop_grace_period?: string
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck: { readonly test: readonly string[]; readonly disable?: boolean }
  readonly configs?: readonly { readonly source: string; readonly target: string }[]
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly configs: Readonly<Record<string, { readonly file: string }>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const { services, configs, secrets, volumes } = parse(read('infra/compose.yaml'), { merge: true }) as Compose
const dockerfile = read('infra/Dockerfile')
const serviceOf = (name: string): Service => services[name] as Service
const all = Object.entries(services)

const configOf = (file: string) => {
  const parsed = parseYamlFile(read(file), configSchema)
  if (parsed.kind === 'pass') return parsed.value
  throw new Error(JSON.stringify(parsed.problems))
}

test('a tag that moves is not pinned', () => {
  expect(['node', 'node:latest', 'node:24-slim', 'redis:7', 'redis:7.2.11-bookworm'].map(isPinned)).toEqual([
    false,
    false,
    false,
    false,
    true,
  ])
})

test.each(all)('%s: its image is pinned, it comes back, and somebody looks whether it is well', (_, service) => {
  expect([service.image, isPinned(service.image)]).toEqual([service.image, true])
  expect(service.restart).toBeDefined()
  if (service.healthcheck.disable === true) expect(['on-failure', 'no']).toContain(service.restart)
  else expect(service.healthcheck.test[0]).toBe('CMD')
})

test.each(SERVICES)('%s runs its program, with what it needs and no more', (name) => {
  const service = serviceOf(name)
  const needs = needsOf(name)
  expect(service.command).toEqual([`services/${name}/dist/main.js`])
  expect(isBuiltFrom(`services/${name}/dist/main.js`)).toBe(true)
  expect(service.read_only).toBe(true)
  expect(service.environment?.['RINGBACK_LINK_KEY_FILE']).toBe(needs.linkKey ? '/run/secrets/link_key' : undefined)
  expect(service.secrets ?? []).toEqual(needs.linkKey ? ['link_key'] : [])
  expect(service.environment?.['RINGBACK_CLICKHOUSE_USER']).toBe(needs.clickhouse ? 'ringback' : undefined)
  const waitsFor = Object.fromEntries(
    Object.entries(service.depends_on ?? {}).map(([on, { condition }]) => [on, condition]),
  )
  expect(waitsFor).toEqual({
    ...(needs.kafka && { topics: 'service_completed_successfully' }),
    ...(needs.redis && { redis: 'service_healthy' }),
    ...(needs.clickhouse && { clickhouse: 'service_healthy' }),
  })
})

test('whoever waits for another waits for one that is there', () => {
  for (const [, { depends_on: on = {} }] of all)
    for (const name of Object.keys(on)) expect(Object.keys(services)).toContain(name)
})

test('topics are made by the command that makes them, once the broker answers', () => {
  const { command, depends_on: on } = serviceOf('topics')
  expect(command).toEqual(['services/ringback/dist/main.js', 'topics', 'create'])
  expect(isBuiltFrom('services/ringback/dist/main.js')).toBe(true)
  expect(serviceOf('ringback').entrypoint).toEqual(['node', 'services/ringback/dist/main.js'])
  expect(on).toEqual({ kafka: { condition: 'service_healthy' } })
})

test('health is asked where it is served, on the port that the image listens on', () => {
  const port = /RINGBACK_PORT=(\d+)/.exec(dockerfile)?.[1]
  const asked = `http://127.0.0.1:${port}/readyz`
  expect(read('packages/runtime/src/http-server.ts')).toContain("app.get('/readyz'")
  expect(dockerfile).toContain(`EXPOSE ${port}`)
  expect(dockerfile).toContain(asked)
  for (const name of SERVICES) {
    expect(serviceOf(name).healthcheck.test.join(' ')).toContain(asked)
    for (const published of serviceOf(name).ports ?? [])
      expect(published).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+:${port}$`))
  }
})

test('variables of the image and of the compose file are ones that the code reads', () => {
  const code = ['load-config', 'service-options', 'link-key', 'cluster-config']
    .map((file) => read(`packages/runtime/src/${file}.ts`))
    .join('\n')
  const used = `${dockerfile}\n${read('infra/compose.yaml')}`.match(/RINGBACK_[A-Z_]+/g) ?? []
  expect(used).toContain('RINGBACK_CONFIG')
  for (const name of new Set(used)) expect([name, code.includes(name)]).toEqual([name, true])
})

test('services have longer to stop than they take', () => {
  const takes = Number(/STOP_WITHIN_MS = (\d+) \* SECOND_MS/.exec(read('packages/runtime/src/run-service.ts'))?.[1])
  for (const name of SERVICES)
    expect(Number.parseInt(serviceOf(name).stop_grace_period ?? '', 10)).toBeGreaterThan(takes)
})

test('files that are mounted are there, all but the link key, which nobody may commit', () => {
  expect(serviceOf('collector').configs).toEqual([{ source: 'ringback_yaml', target: '/etc/ringback/ringback.yaml' }])
  expect(dockerfile).toContain('RINGBACK_CONFIG=/etc/ringback/ringback.yaml')
  expect(configs['ringback_yaml']?.file).toBe('./ringback.compose.yaml')
  expect(secrets['link_key']?.file).toBe('./link.key')
  expect(read('.gitignore').split('\n')).toEqual(expect.arrayContaining(['link.key', '.env']))
  const mounted = all.flatMap(([, service]) => (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? ''))
  for (const source of mounted) {
    if (source.startsWith('./')) expect(read(`infra/${source}`)).not.toBe('')
    else expect(Object.keys(volumes)).toContain(source)
  }
})

test('keys are written by the command line where the collector reads them, and only there', () => {
  const { keys } = configOf('infra/ringback.compose.yaml').collector
  expect(serviceOf('collector').volumes).toEqual(['keys:/var/lib/ringback:ro'])
  expect(serviceOf('ringback').volumes).toEqual(['keys:/var/lib/ringback'])
  expect(keys).toBe('/var/lib/ringback/keys.json')
  expect(dockerfile).toContain('/var/lib/ringback')
})

test('the configuration is whole, and names the stores as the compose file does', () => {
  const { mode, kafka, redis, clickhouse } = configOf('infra/ringback.compose.yaml')
  expect(mode).toBe('cluster')
  const addresses = [
    ...(kafka?.brokers ?? []),
    redis && 'url' in redis ? new URL(redis.url).host : '',
    new URL(clickhouse?.url ?? '').host,
  ]
  expect(addresses).toEqual(['kafka:9092', 'redis:6379', 'clickhouse:8123'])
  for (const address of addresses) expect(Object.keys(services)).toContain(address.split(':')[0])
  expect(serviceOf('kafka').environment).toMatchObject({
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${addresses[0]}`,
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  })
  expect(serviceOf('redis').command?.join(' ')).toContain('--maxmemory-policy noeviction')
})

test('the image is built by the tools of this repository, and runs as nobody in particular', () => {
  expect(dockerfile).toContain(`RUN npm install --global ${packageManager}\n`)
  expect(dockerfile).toContain('pnpm install --frozen-lockfile')
  for (const [, image = ''] of dockerfile.matchAll(/^FROM (\S+)/gm))
    expect([image, isPinned(image)]).toEqual([image, true])
  for (const name of [...SERVICES, 'ringback'])
    expect(/^RUN .*tsc --build (.*)$/m.exec(dockerfile)?.[1]?.split(' ')).toContain(`services/${name}`)
  expect(dockerfile.slice(dockerfile.lastIndexOf('FROM'))).toContain('\nUSER node\n')
})

test('what the image copies is not ignored, and nothing else gets in', () => {
  const ignore = read('infra/Dockerfile.dockerignore').split('\n')
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' '),
  )
  expect(ignore).toContain('*')
  expect(
    ignore
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
      .toSorted(),
  ).toEqual(copied.toSorted())
})
