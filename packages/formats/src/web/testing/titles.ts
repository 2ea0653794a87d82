/** What titles say, by the patterns of GOV.UK: the one table that both the trackers' mapping and the snippet are held to. */
export const TITLES: readonly (readonly [title: string, says: string])[] = [
  ['Report a missed bin – GOV.UK', 'nothing'],
  ['Error: What is your address? – Report a missed bin – GOV.UK', 'validation_error'],
  ['  error: Which bin?', 'validation_error'],
  ['Errors: how we put them right', 'nothing'],
  ['Report an error: potholes', 'nothing'],
  ['Which bin? | Error: not at the beginning', 'nothing'],
  ['Sorry, there is a problem with the service – Report a missed bin – GOV.UK', 'server_error'],
  ['Borsetshire Council | Sorry, there is a problem with the service', 'server_error'],
  ['Sorry, the service is unavailable – GOV.UK', 'unavailable'],
  ['Page not found – Borsetshire Council', 'not_found'],
  ['Borsetshire Council - page not found', 'not_found'],
  ['What to do when a page says Page not found', 'nothing'],
  ['', 'nothing'],
]
