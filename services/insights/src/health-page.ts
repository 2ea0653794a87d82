/** The page that is served for now: what runs, and what would do it good. */
import { formatInstant, type Instant } from '@ringback/contracts'
import type { Check } from './check.ts'

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const WORDS: Readonly<Record<Check['status'], string>> = { ok: 'In order', warn: 'Look at this', fail: 'Broken' }

export const healthPage = (council: string, checks: readonly Check[], now: Instant): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ringback – ${escape(council)}</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #0b0c0c; background: #fff }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: bold; margin-bottom: .5rem }
th, td { text-align: left; vertical-align: top; padding: .5rem 1rem .5rem 0; border-bottom: 1px solid #b1b4b6; overflow-wrap: anywhere }
.fail { color: #942514; font-weight: bold } .warn { font-weight: bold }
</style>
</head>
<body>
<main>
<h1>Ringback</h1>
<p>Finds the web enquiries of ${escape(council)} that ring back. It is running.</p>
<table>
<caption>State at <time datetime="${formatInstant(now)}">${formatInstant(now)}</time></caption>
<thead><tr><th scope="col">What</th><th scope="col">State</th><th scope="col">What to know or do</th></tr></thead>
<tbody>
${checks
  .map(
    ({ status, name, message }) =>
      `<tr><th scope="row">${escape(name)}</th><td class="${status}">${WORDS[status]}</td><td>${escape(message)}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table>
<p>Bring records in with <code>ringback import FILE</code>; read the tables with <code>ringback export task-rates</code>.</p>
</main>
</body>
</html>
`

/** Nothing but what stands in it. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
} as const
