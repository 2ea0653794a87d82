/**
 * The example mappings, on the files that they were written for: what others exported, with their own oddities. The
 * files are no part of the repository; they lie beside it in `shared/data`, and without them nothing here is tested.
 * Every count below was found without Ringback: with Python's csv module or awk, as said beside it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMappedReader, parseMapping, readBatches, splitBlocks } from '../../packages/formats/src/index.ts'
import { createEdge, openFile, tally } from './through-the-edge.ts'

const ROOT = join(__dirname, '../..')
const DATA = join(ROOT, '../shared/data')
const EXAMPLES = join(ROOT, 'docs/examples')

const readThrough = createEdge('US')

const parseExample = (name: string) => {
  const mapping = parseMapping(readFileSync(join(EXAMPLES, `${name}.yaml`), 'utf8'))
  if (mapping.kind === 'bad') throw new Error(JSON.stringify(mapping.problems))
  return mapping.value
}

/** A file through its mapping and the edge. */
const readFile = async (name: string, file: string) => {
  const mapping = parseExample(name)
  const { chunks } = await openFile(join(DATA, file))
  return readThrough(readBatches(splitBlocks(chunks), createMappedReader(mapping, file)), { kind: mapping.kind })
}

const names = readdirSync(EXAMPLES).filter((name) => name.endsWith('.yaml'))

test('there are examples', () => {
  expect(names.length).toBeGreaterThan(8)
})

test.each(names)('%s is a mapping', (name) => {
  expect(parseExample(name.replace('.yaml', '')).kind).toMatch(/^(?:contacts|web)$/)
})

if (!existsSync(DATA)) console.warn(`NOT TESTED: the real inputs are not there (${DATA})`)
else
  describe('real inputs', () => {
    /*
     * python3: Counter(row['source'] for row in csv.DictReader(…)) gives Citizens Connect App 56 and Self Service 3 (59
     * skipped), Constituent Call 30 and City Worker App 11 (41 accepted), 100 in all. Counter(row['type']) over those 41:
     * bulk item 3, missed 2, recycling cart 2, pothole 1, parking 3, street cleaning 2, graffiti 1, 27 others. No
     * `open_dt` has two UTC offsets by zoneinfo (fold 0 against fold 1), so none is ambiguous.
     */
    const BOSTON = { read: 100, accepted: 41, skipped: 59, bad: [], ambiguousTimes: 0 }
    test.each(['boston311-100.csv', 'boston311-100-with-nonascii.csv', 'boston311-dmy-100.csv'])(
      'Boston 311: %s',
      async (file) => {
        const { accepted, counts } = await readFile('boston-311', `qsv-311/${file}`)
        expect(counts).toEqual(BOSTON)
        expect(tally(accepted, 'channel')).toEqual({ phone: 30, other: 11 })
        expect(tally(accepted, 'actor')).toEqual({ public: 30, internal: 11 })
        expect(tally(accepted, 'tasks')).toEqual({
          'book-bulky-waste': 3,
          'report-missed-bin': 2,
          'order-bin': 2,
          'report-pothole': 1,
          'report-parking': 3,
          'report-street-cleaning': 2,
          'report-graffiti': 1,
        })
        // The file's first row, `2022-01-21 13:47:00` or `21/01/2022 13:47:00`: 18:47 UTC in winter.
        expect(accepted[0]).toEqual({
          source: 'boston-311',
          id: '101004143000',
          time: '2022-01-21T18:47:00.000Z',
          channel: 'phone',
          actor: 'public',
          identifiers: { case: ['boston-101004143000'] },
          queue: 'BTDT_Parking Enforcement',
          category: 'General Comments For a Program or Policy',
        })
      },
    )

    test('Boston 311: all three variants are the same records, for letters and day order are no part of them', async () => {
      const files = ['boston311-100.csv', 'boston311-100-with-nonascii.csv', 'boston311-dmy-100.csv']
      const [plain, ...others] = await Promise.all(files.map((file) => readFile('boston-311', `qsv-311/${file}`)))
      for (const other of others) expect(other.accepted).toEqual(plain?.accepted)
    })

    // awk -F'\t' 'NF != 29' finds one row: line 41 has 30 cells, the last two `City Worker App` and `Citizens Connect App`;
    // the same line of boston311-100.csv is one of the 11 by City Worker App, so 40 are left.
    test('Boston 311: a row with one cell too many is refused alone', async () => {
      const { accepted, counts } = await readFile('boston-311', 'qsv-311/boston311-100-bad.tsv')
      expect(counts).toEqual({ ...BOSTON, accepted: 40, bad: ['41: csv_row '] })
      const whole = await readFile('boston-311', 'qsv-311/boston311-100.csv')
      expect(accepted).toEqual(whole.accepted.filter(({ id }) => id !== '101004113615'))
    })

    /*
     * python3: Counter of `Open Data Channel Type` gives PHONE 52, UNKNOWN 21, ONLINE 16, MOBILE 11; of the first two 11
     * end in `12:00:00 AM` (3 PHONE, 8 UNKNOWN). Counter of `Complaint Type` over those 73: HEAT/HOT WATER 2 and HEATING 3,
     * Noise… 3 + 2 + 1 + 1, Missed Collection 1, bulky item 1, Street Light Condition 2, Illegal Parking 2, Traffic/Illegal
     * Parking 1 and Blocked Driveway 2, Rodent 2, Graffiti 1. 88 of its lines hold quotes, one holds letters that somebody
     * encoded twice. No time is ambiguous by zoneinfo.
     */
    test('New York 311: a midnight that stands for a day is no time', async () => {
      const { accepted, counts } = await readFile('nyc-311', 'qsv-311/nyc311-100.csv')
      expect(counts).toEqual({ read: 100, accepted: 73, skipped: 27, bad: [], ambiguousTimes: 0 })
      expect(tally(accepted, 'channel')).toEqual({ phone: 52, other: 21 })
      expect(accepted.filter((record) => 'date' in record).length).toBe(11)
      expect(accepted.filter((record) => 'time' in record).length).toBe(62)
      expect(tally(accepted, 'tasks')).toEqual({
        'report-heating': 5,
        'report-noise': 7,
        'report-missed-bin': 1,
        'book-bulky-waste': 1,
        'report-street-light': 2,
        'report-parking': 5,
        'report-pests': 2,
        'report-graffiti': 1,
      })
      // 04/18/2019 09:55:45 PM in New York's summer, and 08/25/2010 12:00:00 AM.
      expect(accepted.find(({ id }) => id === '42254749')).toMatchObject({ time: '2019-04-19T01:55:45.000Z' })
      expect(accepted.find(({ id }) => id === '18556060')).toMatchObject({ date: '2010-08-25' })
    })

    // python3: Counter((status, via_channel)): closed/email 7, solved/email 1, deleted/email 1, deleted/web 1. The last row
    // has no line end (tail -c1). 2021-01-13 18:42:39 UTC is 1610563359 by date +%s.
    test('Zendesk: deleted tickets are skipped, and the newest state of one wins', async () => {
      const { accepted, counts } = await readFile('zendesk-tickets', 'zendesk/ticket_data.csv')
      expect(counts).toEqual({ read: 10, accepted: 8, skipped: 2, bad: [], ambiguousTimes: 0 })
      expect(tally(accepted, 'channel')).toEqual({ email: 8 })
      expect(accepted[0]).toEqual({
        source: 'zendesk',
        id: '16988',
        revision: 1_610_563_359_000,
        time: '2020-12-22T00:19:23.000Z',
        channel: 'email',
        identifiers: { crm: ['zendesk-1500656884401'], case: ['zendesk-16988'] },
        queue: '360013366274',
        disposition: 'solved',
      })
      expect(JSON.stringify(accepted)).not.toMatch(/email\.com|description|subject/)
    })

    // By eye, 5 rows: canceled, canceled, completed, completed on 2022-02-30 (line 5), completed; `from` is 15555555555 in
    // all, which is the council's own number and no number that exists (area code 555), so the edge makes no token of it.
    test('Twilio: a call on 30 February is refused, and a number on every call is no caller', async () => {
      const { accepted, counts, edge } = await readFile('twilio-calls', 'twilio/twilio_call_data.csv')
      expect(counts).toEqual({
        read: 5,
        accepted: 4,
        skipped: 0,
        bad: ['5: bad_time start_time'],
        ambiguousTimes: 0,
      })
      expect(tally(accepted, 'outcome')).toEqual({ abandoned: 2, answered: 2 })
      expect(edge.noToken).toEqual({ invalid: 4 })
    })

    /*
     * python3: Counter(row['event_name']): page_view 50, page_ping 8, link_click 10 (68 accepted); cmp_visible 33,
     * consent_preferences 32, snplow_cookies 16, event 6, data_structures_workflow 4, object_click 1 (92 skipped, the last
     * one the only row without domain_sessionid). Of the 68: 66 distinct event_id, 20 distinct domain_sessionid, one row
     * without domain_userid; 16 user agents with iPhone, or with Android and Mobile, 52 others; none says
     * "spiderOrRobot":true.
     */
    test('Snowplow: views, pings and clicks are touches; who has no cookie is tied to nobody', async () => {
      const { accepted, counts, edge } = await readFile('snowplow-web', 'snowplow-web/snowplow_web_events.csv')
      expect(counts).toEqual({ read: 160, accepted: 68, skipped: 92, bad: [], ambiguousTimes: 0 })
      expect(tally(accepted, 'type')).toEqual({ page_view: 68 })
      expect(tally(accepted, 'linking')).toEqual({ consent: 67, none: 1 })
      expect(tally(accepted, 'device_class')).toEqual({ desktop: 52, mobile: 16 })
      expect(tally(accepted, 'actor')).toEqual({ public: 68 })
      expect(Object.keys(tally(accepted, 'id')).length).toBe(66)
      expect(Object.keys(tally(accepted, 'session')).length).toBe(20)
      expect(edge.noToken).toEqual({})
    })
  })
