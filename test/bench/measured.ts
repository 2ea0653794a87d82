/** Runs the product's command line in this process and tells, at its end, what the operating system counted. */
import { writeFileSync } from 'node:fs'

const [report = '', ...argv] = process.argv.slice(2)
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const spent = { seconds: process.uptime(), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024 }
  writeFileSync(report, JSON.stringify(spent))
})
process.argv = [process.argv[0] ?? '', 'ringback', ...argv]
const main: string = new URL('../../../services/ringback/dist/main.js', import.meta.url).href
await import(main)
