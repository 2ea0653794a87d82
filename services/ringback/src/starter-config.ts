/** What `start` writes where there is no configuration: a council to begin from. */
export const STARTER_CONFIG = `# Ringback's catalogue and configuration. Change it to your council's, then import your records.
council: { name: Borsetshire, timezone: Europe/London, region: GB }

# What residents come to do, and the pages on which they do it.
tasks:
  - id: report-missed-bin
    title: Report a missed bin
    family: waste
    scope: household # a bin belongs to a property; most tasks belong to a person
    lgsl: 524
    lgil: 17
    urls: ["my.borsetshire.gov.uk/service/report_missed_bin*", "/bins/missed*"]
    steps: [address, which_bin, about_you, summary]
    window: 48h
    line: main
  - { id: blue-badge, title: Apply for a Blue Badge, family: transport, lgsl: 279, sensitive: true, urls: ["/blue-badge*"] }

# What a call, visit or message is about, by what telephony and CRM say of it.
topics:
  - { queue: "WASTE_Q1", family: waste }
  - { category: "Missed bin*", task: report-missed-bin }

# When a line can be reached: who gives up on Friday evening may still ring on Monday.
lines:
  main: { hours: [{ days: [Mon, Tue, Wed, Thu, Fri], from: "08:30", to: "17:00" }], closed: ["2026-12-25", "2026-12-28"] }

costs: { source: "Socitm channel value benchmarking 2011", priceYear: 2011, currency: GBP, web: 0.15, phone: 2.83, face_to_face: 8.62 }

feeds:
  telephony: { kind: contacts, delay: 15m }
  crm: { kind: contacts, delay: 26h, echoes: telephony }
`
