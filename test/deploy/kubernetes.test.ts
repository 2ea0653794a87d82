/** `infra/k8s`: what `kubectl kustomize` makes of it is held to the code. Nothing here was ever applied to a cluster. */
import { configSchema, parseYamlFile } from '@ringback/contracts'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { isBuiltFrom, isPinned, needsOf, read, ROOT, SERVICES, type ServiceName } from './code.ts'

type Labels = Readonly<Record<string, string>>
interface Expression {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}
interface Selector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly Expression[]
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}
interface Variable {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } }
}
interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly env?: readonly Variable[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly livenessProbe?: Probe
  readonly readinessProbe?: Probe
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[]
  readonly resources: { readonly requests: Labels; readonly limits: Labels }
  readonly securityContext: object
}
interface Pod {
  readonly metadata: { readonly labels: Labels; readonly annotations?: Labels }
  readonly spec: {
    readonly containers: readonly [Container]
    readonly securityContext: object
    readonly terminationGracePeriodSeconds?: number
    readonly topologySpreadConstraints?: readonly { readonly labelSelector: Selector }[]
    readonly enableServiceLinks?: boolean
    readonly volumes: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[]
  }
}
interface Rule {
  readonly ports?: readonly { readonly port: number | string }[]
  readonly to?: readonly object[]
  readonly from?: readonly object[]
}
interface KubernetesObject {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly data?: Labels
  readonly spec: {
    readonly replicas?: number
    readonly selector?: Selector & Labels
    readonly template?: Pod
    readonly scaleTargetRef?: { readonly kind: string; readonly name: string }
    readonly maxReplicas?: number
    readonly metrics?: readonly {
      readonly external: { readonly metric: { readonly name: string; readonly selector: Selector } }
    }[]
    readonly podSelector?: Selector
    readonly policyTypes?: readonly string[]
    readonly egress?: readonly Rule[]
    readonly ports?: readonly { readonly targetPort: string }[]
    readonly podMetricsEndpoints?: readonly { readonly port: string; readonly path: string }[]
  }
}

const matches = (labels: Labels, { matchLabels = {}, matchExpressions = [] }: Selector): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, operator, values }) => operator === 'In' && values.includes(labels[key] ?? ''))

const FOLDER = join(ROOT, 'infra', 'k8s')
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
if (!hasKubectl) console.log('SKIPPED: what kustomize makes, since kubectl is missing here')

const render = (variant: string): readonly KubernetesObject[] => {
  const { stdout, stderr, status } = spawnSync('kubectl', ['kustomize', join(FOLDER, variant)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubernetesObject)
}

test('every file is YAML without errors', () => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))
  expect(files.length).toBeGreaterThan(10)
  for (const file of files)
    for (const { errors } of parseAllDocuments(read(join('infra', 'k8s', file))))
      expect([file, errors]).toEqual([file, []])
})

test('a selector that does not match is seen', () => {
  expect(matches({ a: '1' }, { matchLabels: { a: '2' } })).toBe(false)
  expect(matches({ a: '1' }, { matchExpressions: [{ key: 'a', operator: 'In', values: ['2'] }] })).toBe(false)
  expect(matches({ a: '1', b: '1' }, { matchLabels: { a: '1' } })).toBe(true)
})

const variants = hasKubectl ? ['base', 'overlays/example'] : []
describe.each(variants)('%s', (variant) => {
  const objects = render(variant)
  const of = (kind: string) => objects.filter((object) => object.kind === kind)
  const find = (kind: string, name: string): KubernetesObject => {
    const found = of(kind).find(({ metadata }) => metadata.name === name)
    if (!found) throw new Error(`there is no ${kind} ${name}`)
    return found
  }
  const podOf = ({ spec }: KubernetesObject): Pod => spec.template as Pod
  const containerOf = (object: KubernetesObject): Container => podOf(object).spec.containers[0]
  const workloads = [...of('Deployment'), ...of('Job')]
  const config = (() => {
    const [map] = of('ConfigMap')
    const parsed = parseYamlFile(map?.data?.['ringback.yaml'] ?? '', configSchema)
    if (parsed.kind !== 'pass') throw new Error(JSON.stringify(parsed.problems))
    return parsed.value
  })()

  test('it holds the five services, the topics and a place for commands, in one namespace', () => {
    expect(workloads.map(({ metadata }) => metadata.name).toSorted()).toEqual(
      [...SERVICES, 'command-line', 'topics'].toSorted(),
    )
    const [namespace] = of('Namespace')
    for (const { kind, metadata } of objects)
      if (kind !== 'Namespace')
        expect([metadata.name, metadata.namespace]).toEqual([metadata.name, namespace?.metadata.name])
  })

  test.each(workloads.map((object) => [object.metadata.name, object] as const))(
    '%s: a pinned image, without rights, with its bounds and its configuration',
    (_, object) => {
      const { image, securityContext, resources, volumeMounts, args } = containerOf(object)
      const { spec } = podOf(object)
      expect([image, isPinned(image)]).toEqual([image, true])
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(spec.enableServiceLinks).toBe(false)
      expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory'])
      expect(Object.keys(resources.limits)).toEqual(['memory'])
      expect(read('infra/Dockerfile')).toContain('RINGBACK_CONFIG=/etc/ringback/ringback.yaml')
      expect(volumeMounts).toContainEqual({ name: 'config', mountPath: '/etc/ringback', readOnly: true })
      for (const { name } of volumeMounts) expect(spec.volumes.map((volume) => volume.name)).toContain(name)
      if (args[0] !== '-e') expect([args[0], isBuiltFrom(args[0] ?? '')]).toEqual([args[0], true])
    },
  )

  test.each(SERVICES)('%s: its program, its secrets, its probes, its time to stop', (name) => {
    const deployment = find('Deployment', name)
    const container = containerOf(deployment)
    const { spec, metadata } = podOf(deployment)
    const needs = needsOf(name)
    expect(container.args).toEqual([`services/${name}/dist/main.js`])
    const port = container.ports?.find((one) => one.name === 'http')?.containerPort
    expect(read('infra/Dockerfile')).toContain(`RINGBACK_PORT=${port}`)
    expect(metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(port),
      'prometheus.io/path': '/metrics',
    })
    expect(container.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'http' })
    expect(container.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' })
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect(read('packages/runtime/src/http-server.ts')).toContain(`app.get('${path}'`)
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(10)

    const secrets = new Set(
      (container.env ?? []).flatMap(({ valueFrom }) => (valueFrom ? [valueFrom.secretKeyRef.name] : [])),
    )
    for (const { secret } of spec.volumes) if (secret) secrets.add(secret.secretName)
    expect([...secrets].toSorted()).toEqual(
      [
        ...(needs.linkKey ? ['ringback-link-key'] : []),
        ...(needs.clickhouse ? ['ringback-clickhouse'] : []),
        ...(needs.redis ? ['ringback-redis'] : []),
        ...(needs.keys ? ['ringback-keys'] : []),
      ].toSorted(),
    )
    const keyFile = container.env?.find((variable) => variable.name === 'RINGBACK_LINK_KEY_FILE')?.value
    const mount = container.volumeMounts.find((one) => one.name === 'link-key')
    expect(keyFile).toBe(mount && `${mount.mountPath}/link.key`)
    const keys = container.volumeMounts.find((one) => one.name === 'keys')
    expect(keys && `${keys.mountPath}/keys.json`).toBe(needs.keys ? config.collector.keys : undefined)
  })

  test('selectors match the pods that they are meant for, and no others', () => {
    const labelsOf = (name: string): Labels => podOf(find('Deployment', name)).metadata.labels
    const select = (selector: Selector): readonly string[] =>
      of('Deployment')
        .map(({ metadata }) => metadata.name)
        .filter((name) => matches(labelsOf(name), selector))
    for (const deployment of of('Deployment')) {
      const { name } = deployment.metadata
      expect(select(deployment.spec.selector ?? {})).toEqual([name])
      for (const { labelSelector } of podOf(deployment).spec.topologySpreadConstraints ?? [])
        expect(select(labelSelector)).toEqual([name])
    }
    for (const { metadata, spec } of of('PodDisruptionBudget'))
      expect(select(spec.selector ?? {})).toEqual([metadata.name])
    expect(of('PodDisruptionBudget').map(({ metadata }) => metadata.name)).toEqual(SERVICES.toSorted())
    for (const { metadata, spec } of of('Service')) {
      expect(select({ matchLabels: spec.selector ?? {} })).toEqual([metadata.name])
      const names = containerOf(find('Deployment', metadata.name)).ports?.map(({ name }) => name)
      for (const { targetPort } of spec.ports ?? []) expect(names).toContain(targetPort)
    }
    for (const { spec } of of('PodMonitor')) {
      expect(select(spec.selector ?? {}).toSorted()).toEqual(SERVICES.toSorted())
      expect(spec.podMetricsEndpoints).toMatchObject([{ port: 'http', path: '/metrics' }])
    }
  })

  test('autoscalers ask for what the adapter gives, of Deployments that leave the number to them', () => {
    const scaled = of('HorizontalPodAutoscaler')
    expect(scaled.map(({ metadata }) => metadata.name)).toEqual(['assembler', 'correlator', 'writer'])
    const adapter = read('infra/k8s/prometheus-adapter.yaml')
    for (const { metadata, spec } of scaled) {
      expect(spec.scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name })
      expect(find('Deployment', metadata.name).spec.replicas).toBeUndefined()
      expect(spec.maxReplicas).toBeLessThanOrEqual(config.kafka?.partitions ?? 0)
      const metric = spec.metrics?.[0]?.external.metric
      expect(metric).toEqual({ name: 'ringback_lag', selector: { matchLabels: { stage: metadata.name } } })
      expect(adapter).toContain(`name: { as: ${metric?.name} }`)
      expect(read(`services/${metadata.name}/src/service.ts`)).toContain(`name: '${metadata.name}'`)
    }
    for (const name of SERVICES)
      if (!scaled.some(({ metadata }) => metadata.name === name))
        expect(find('Deployment', name).spec.replicas).toBeGreaterThan(1)
  })

  test('each reaches the stores that it works with, where the configuration says they are, and nothing else', () => {
    const portOf = (address: string): number => Number(address.split(':').at(-1))
    const redis = config.redis
    const ports = {
      kafka: portOf(config.kafka?.brokers[0] ?? ''),
      redis: redis && 'url' in redis ? Number(new URL(redis.url).port) : portOf(redis?.cluster[0] ?? ''),
      clickhouse: Number(new URL(config.clickhouse?.url ?? '').port),
    }
    const needs = {
      ...(Object.fromEntries(SERVICES.map((name) => [name, needsOf(name)])) as Record<
        ServiceName,
        ReturnType<typeof needsOf>
      >),
      topics: { kafka: true, redis: false, clickhouse: false },
      'command-line': { kafka: true, redis: true, clickhouse: true },
    }
    const policies = of('NetworkPolicy')
    expect(find('NetworkPolicy', 'nothing-else').spec).toMatchObject({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    })
    for (const [name, { kafka, redis: asksRedis, clickhouse }] of Object.entries(needs)) {
      const workload = workloads.find(({ metadata }) => metadata.name === name) as KubernetesObject
      const labels = podOf(workload).metadata.labels
      const reached = policies
        .filter(({ spec, metadata }) => metadata.name !== 'names' && matches(labels, spec.podSelector ?? {}))
        .flatMap(({ spec }) => (spec.egress ?? []).flatMap((rule) => (rule.ports ?? []).map(({ port }) => port)))
      expect([name, reached]).toEqual([
        name,
        [kafka && ports.kafka, asksRedis && ports.redis, clickhouse && ports.clickhouse].filter(
          (port) => port !== false,
        ),
      ])
    }
  })
})
