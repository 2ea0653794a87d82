/*
 * Ringback's snippet (docs/trackers.md). It sets no cookie, and keeps nothing in the browser unless consent was given:
 * until then a session is this page's, or the one that the site names in data-session.
 */
;(() => {
  const script = document.currentScript
  const early = window.ringback
  if (!script || (early && early.isLoaded)) return
  const { key } = script.dataset
  if (!key) return console.warn('ringback: data-key is missing')
  const base = script.src.replace(/\/ringback\.js.*$/, '')
  const named = script.dataset.session

  const SILENCE = 30 * 60 * 1000
  const PLACE = 'ringback'
  const TYPES = {
    view: 'page_view',
    start: 'task_started',
    step: 'step',
    validation: 'validation_error',
    error: 'error',
    save: 'draft_saved',
    handoff: 'handed_off',
    complete: 'task_completed',
    search: 'search',
    contact: 'contact_viewed',
    feedback: 'feedback',
  }
  /** What a bare word or number after the name means. */
  const SHORT = {
    step: 'step',
    validation: 'step',
    error: 'code',
    complete: 'result',
    search: 'results',
    feedback: 'useful',
  }
  /** Nothing else leaves the page: it might be what somebody typed. */
  const FIELDS = ['task', 'step', 'field', 'rule', 'code', 'result', 'case', 'results', 'useful']

  const random = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, '0')).join('')

  const stored = () => {
    try {
      return JSON.parse(localStorage.getItem(PLACE))
    } catch {
      return null
    }
  }
  const store = (value) => {
    try {
      if (value) localStorage.setItem(PLACE, JSON.stringify(value))
      else localStorage.removeItem(PLACE)
    } catch {
      // A browser that keeps nothing has sessions of one page.
    }
  }

  /** What is there was put there with consent. */
  let hasConsent = !!stored()
  let own = { id: random(), at: Date.now() }
  const session = () => {
    if (named) return named
    const now = Date.now()
    const last = (hasConsent && stored()) || own
    own = { id: now - last.at < SILENCE ? last.id : random(), at: now }
    if (hasConsent) store(own)
    return own.id
  }

  /** Said, and not yet known to be taken. */
  let waiting = []
  let timer
  const address = () => `${base}/v1/events?key=${encodeURIComponent(key)}&sent=${Date.now()}`
  const post = (events) =>
    fetch(address(), {
      method: 'POST',
      body: JSON.stringify(events),
      headers: { 'content-type': 'text/plain' },
      keepalive: true,
      credentials: 'omit',
    })
  /** Sent again an event changes nothing, so it is, until an answer says that it was taken or never will be. */
  let isSending = false
  const flush = (tries = 0) => {
    clearTimeout(timer)
    timer = undefined
    const events = waiting.slice(0, 100)
    if (isSending || !events.length) return
    isSending = true
    const end = (isDone) => {
      isSending = false
      if (isDone) {
        waiting = waiting.filter((event) => !events.includes(event))
        flush()
      } else if (tries < 5) timer = timer || setTimeout(flush, 1000 * 2 ** tries, tries + 1)
    }
    post(events).then(
      ({ status }) => end(status !== 429 && status < 500),
      () => end(false),
    )
  }
  /** The page goes: what is left goes by itself. */
  const leave = () => {
    const events = waiting.slice(0, 100)
    if (!events.length) return
    if (navigator.sendBeacon && navigator.sendBeacon(address(), JSON.stringify(events))) waiting = waiting.slice(100)
    else post(events).catch(() => undefined)
  }

  let person
  const send = (type, fields) => {
    const event = { id: random(), time: new Date().toISOString(), session: session(), type, source: 'snippet' }
    event.url = location.origin + location.pathname
    for (const name of FIELDS) if (fields[name] !== undefined) event[name] = fields[name]
    if (person && (person.linking !== 'consent' || hasConsent)) Object.assign(event, person)
    waiting.push(event)
    timer = timer || setTimeout(flush, 200)
  }

  const pageStep = () => location.pathname.split('/').filter(Boolean).pop() || '/'
  const part = (words) => RegExp(`(?:^|[-–—|·:]\\s)\\s*${words}`, 'i')
  const ERRORS = [
    ['server_error', part('sorry, there is a problem with the service')],
    ['unavailable', part('sorry, the service is unavailable')],
    ['not_found', part('page not found')],
  ]
  let isBegun = false
  const view = () => {
    const { title } = document
    const error = ERRORS.find(([, pattern]) => pattern.test(title))
    send('page_view', {})
    if (/^\s*error:\s/i.test(title)) {
      isBegun = true
      send('validation_error', { step: pageStep() })
    } else if (error) send('error', { code: error[0] })
  }

  const COMMANDS = {
    consent: (isGiven) => {
      if (!isGiven) {
        store(null)
        if (hasConsent) own = { id: random(), at: Date.now() }
        if (person && person.linking === 'consent') person = undefined
      }
      hasConsent = !!isGiven
      if (hasConsent) {
        // Its session goes on, if there is one that does.
        session()
        if (person) send('page_view', {})
      }
    },
    identify: (identifiers, linking = 'consent') => {
      person = { identifiers, linking }
      if (linking !== 'consent' || hasConsent) send('page_view', {})
    },
    view: () => {
      isBegun = false
      view()
    },
  }
  const ringback = (name, value, more) => {
    if (COMMANDS[name]) return COMMANDS[name](value, more)
    if (!TYPES[name]) return console.warn(`ringback: there is no "${name}"`)
    if (name === 'start' || name === 'step') isBegun = true
    const isBare = value !== null && typeof value !== 'object' && value !== undefined
    send(TYPES[name], isBare ? { [SHORT[name]]: value } : value || {})
  }
  ringback.isLoaded = true
  window.ringback = ringback

  /** A form begun is a visit of its page's step, unless the site has said its steps itself. Searches are no forms. */
  addEventListener('input', ({ target }) => {
    if (isBegun || !target.form || target.form.method !== 'post') return
    isBegun = true
    send('step', { step: pageStep() })
  })
  addEventListener('click', ({ target }) => {
    if (target.closest && target.closest('a[href^="tel:" i],a[href^="mailto:" i]')) send('contact_viewed', {})
  })
  addEventListener('pagehide', leave)
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && leave())
  addEventListener('pageshow', (event) => event.persisted && view())

  /** <ringback-code>: what to quote when calling. Nothing is shown where there is none. */
  const hidden = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap'
  const show = (element, code) => {
    const sentence = element.getAttribute('text') || 'If you contact us about this, quote {code}.'
    const [before, after = ''] = sentence.split('{code}')
    const bold = document.createElement('strong')
    const seen = document.createElement('span')
    const spelled = document.createElement('span')
    seen.textContent = code
    seen.setAttribute('aria-hidden', 'true')
    spelled.textContent = code.replace('-', '').split('').join(', ')
    spelled.style.cssText = hidden
    bold.append(seen, spelled)
    element.replaceChildren(before, bold, after)
  }
  customElements.define(
    'ringback-code',
    class extends HTMLElement {
      connectedCallback() {
        // Before there is something to say, so that it is said.
        this.setAttribute('role', 'status')
        fetch(`${base}/v1/codes?key=${encodeURIComponent(key)}`, {
          method: 'POST',
          body: JSON.stringify({ session: session() }),
          headers: { 'content-type': 'text/plain' },
          credentials: 'omit',
        })
          .then((answer) => (answer.ok ? answer.json() : undefined))
          .then((answer) => answer && show(this, answer.code))
          .catch(() => undefined)
      }
    },
  )

  const begin = () => {
    view()
    for (const said of (early && early.q) || []) ringback(...said)
  }
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', begin)
  else begin()
})()
