/** Conclusions as they lie on their topic (CONTRACT section 6): the key is the id, the greatest version counts. */

/** A row, or its withdrawal, with the version by which it prevails. */
export interface VersionedConclusion {
  readonly kind: 'journey' | 'contact'
  readonly id: string
  /** The row as JSON; undefined: withdrawn. */
  readonly json: string | undefined
  /** A UInt128 in decimal. */
  readonly version: string
}

/** Takes the row's JSON as it is. */
export const encodeConclusion = ({ id, kind, json, version }: VersionedConclusion): string => {
  const head = `{"id":${JSON.stringify(id)},"kind":"${kind}","version":"${version}"`
  return json === undefined ? `${head}}` : `${head},"row":${json}}`
}
