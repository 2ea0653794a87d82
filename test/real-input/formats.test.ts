/**
 * The formats that `--format` knows, on files of others. They are no part of the repository; they lie beside it in `shared/data`, and
 * without them nothing here is tested. Every count below was found by eye or with Python's csv module, as said beside it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createZone } from '@ringback/contracts'
import { findFormat, readFormat } from '../../packages/formats/src/index.ts'
import { createEdge, openFile, tally } from './through-the-edge.ts'

const DATA = join(__dirname, '../../../shared/data')
const CONTEXT = { zone: createZone('America/New_York'), pseudonymOf: (value: string) => value }

const readThrough = createEdge('US')

const readFile = async (name: string, file: string) => {
  const format = findFormat(name)
  if (format === undefined) throw new Error(`no such format: ${name}`)
  const { chunks } = await openFile(join(DATA, file))
  return readThrough(readFormat(chunks, format, CONTEXT, file), { kind: format.kind, source: format.source })
}

if (!existsSync(DATA)) console.warn(`NOT TESTED: the real inputs are not there (${DATA})`)
else
  describe('real inputs by --format', () => {
    // By eye, 5 rows: canceled, canceled, completed, completed on 2022-02-30 (line 5), completed; `from` is 15555555555 in all, which is no
    // number that exists (area code 555), so the edge makes no token of it. 2022-07-25 16:37:07 UTC is 1658767027 by date +%s.
    test('Twilio: a call on 30 February is refused, and a number on every call is no caller', async () => {
      const { accepted, counts, edge } = await readFile('twilio', 'twilio/twilio_call_data.csv')
      expect(counts).toEqual({ read: 5, accepted: 4, skipped: 0, bad: ['5: bad_time StartTime'], ambiguousTimes: 0 })
      expect(tally(accepted, 'outcome')).toEqual({ abandoned: 2, answered: 2 })
      expect(edge.noToken).toEqual({ invalid: 4 })
      expect(accepted[0]).toEqual({
        id: 'CA25fbfeda4ab426ce7c4fe252271337d1',
        conversation: 'CA25fbfeda4ab426ce7c4fe252271337d1',
        revision: 1_658_767_027_999,
        time: '2022-07-25T16:37:07.000Z',
        channel: 'phone',
        direction: 'inbound',
        outcome: 'abandoned',
        handle_seconds: 0,
        identifiers: { phone: '+15555555555' },
      })
    })

    // python3: Counter((status, via_channel)): closed/email 7, solved/email 1, deleted/email 1, deleted/web 1; via_source_from_address is
    // empty in all. 2021-01-13 18:42:39 UTC is 1610563359 by date +%s.
    test('Zendesk: deleted tickets are skipped, and nothing of what people wrote is kept', async () => {
      const { accepted, counts, edge } = await readFile('zendesk', 'zendesk/ticket_data.csv')
      expect(counts).toEqual({ read: 10, accepted: 8, skipped: 2, bad: [], ambiguousTimes: 0 })
      expect(tally(accepted, 'channel')).toEqual({ email: 8 })
      expect(edge.noToken).toEqual({})
      expect(accepted[0]).toEqual({
        id: '16988',
        revision: 1_610_563_359_000,
        time: '2020-12-22T00:19:23.000Z',
        channel: 'email',
        queue: '360013366274',
        disposition: 'solved',
        identifiers: { crm: 'zendesk-1500656884401', case: 'zendesk-16988' },
      })
      expect(JSON.stringify(accepted)).not.toMatch(/email\.com|description|subject/)
    })

    // By eye: two requests, of 14 and 19 April 2010, 06:37:38 at -08:00; the first was requested and updated at 1271255858 by date +%s.
    test('Open311: a list of requests, one of them alone, and a token for one that is not there yet', async () => {
      const { accepted, counts } = await readFile('open311', 'open311/mocks/service-requests.xml')
      expect(counts).toEqual({ read: 2, accepted: 2, skipped: 0, bad: [], ambiguousTimes: 0 })
      const first = {
        id: '638344',
        revision: 1_271_255_858_000,
        time: '2010-04-14T14:37:38.000Z',
        channel: 'other',
        category: 'Sidewalk and Curb Issues',
        disposition: 'closed',
        identifiers: { case: 'open311-638344' },
      }
      expect(accepted).toEqual([first, expect.objectContaining({ id: '638349', time: '2010-04-19T14:37:38.000Z' })])
      expect((await readFile('open311', 'open311/mocks/service-request.xml')).accepted).toEqual([first])
      const token = await readFile('open311', 'open311/mocks/token.xml')
      expect(token.counts).toMatchObject({ read: 1, bad: ['3: bad_time requested_datetime'] })
    })

    test.each(['dc-services.xml', 'dc-services-S0301.xml', 'discovery-dc.xml'])(
      'Open311: %s is refused whole',
      async (file) => {
        await expect(readFile('open311', `open311/mocks/${file}`)).rejects.toThrow('root element <service_requests>')
      },
    )
  })
