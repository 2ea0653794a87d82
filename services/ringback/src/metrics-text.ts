/** Metrics of several registries as one text of Prometheus, in which a metric is described once. */

/** The samples of a metric, behind what describes it. */
interface Family {
  readonly description: readonly string[]
  readonly samples: string[]
}

export const mergeMetrics = (texts: readonly string[]): string => {
  const families = new Map<string, Family>()
  for (const text of texts) {
    let family: Family | undefined
    for (const part of text.split(/^(?=# HELP )/m)) {
      const lines = part.split('\n').filter((line) => line !== '')
      const description = lines.filter((line) => line.startsWith('#'))
      const name = description[0]?.split(' ')[2]
      if (name === undefined) continue
      family = families.get(name) ?? { description, samples: [] }
      families.set(name, family)
      family.samples.push(...lines.filter((line) => !line.startsWith('#')))
    }
  }
  return [...families.values()]
    .flatMap(({ description, samples }) => [...description, ...samples])
    .map((line) => `${line}\n`)
    .join('')
}
