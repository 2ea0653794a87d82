/** Runs one service of the cluster in this process: `service.mjs NAME --config FILE [--port P]`. It was set up before. */
import { existsSync } from 'node:fs'

const SERVICES = ['collector', 'assembler', 'correlator', 'writer', 'insights']

const [name] = process.argv.splice(2, 1)
if (name === undefined || !SERVICES.includes(name)) {
  console.error(`expected one of ${SERVICES.join(', ')}: npm run -s service -- NAME --config FILE [--port P]`)
  process.exit(2)
}
const main = new URL(`../services/${name}/dist/main.js`, import.meta.url)
if (!existsSync(main)) {
  console.error(`the service ${name} is not built: npm run build`)
  process.exit(3)
}
await import(main.href)
