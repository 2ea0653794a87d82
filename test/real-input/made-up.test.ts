/**
 * The example mappings for exports of which none was at hand, on small made-up files with the columns that their makers' public
 * documentation names.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMappedReader, parseMapping, readBatches, splitBlocks } from '../../packages/formats/src/index.ts'
import { createEdge } from './through-the-edge.ts'

const readThrough = createEdge('GB')

const read = async (name: string, lines: readonly string[]) => {
  const mapping = parseMapping(readFileSync(join(__dirname, '../../docs/examples', `${name}.yaml`), 'utf8'))
  if (mapping.kind === 'bad') throw new Error(JSON.stringify(mapping.problems))
  const chunks = (async function* () {
    yield Buffer.from(lines.join('\r\n'))
  })()
  return readThrough(readBatches(splitBlocks(chunks), createMappedReader(mapping.value, name)), { kind: 'contacts' })
}

test('Genesys: inbound interactions, by whom and for what, and not who took them', async () => {
  const { accepted, counts, edge } = await read('genesys-interactions', [
    'Full Export Completed,Partial Result Timestamp,Filters,Media Type,Users,Remote,Date,End Date,Duration,Direction,ANI,DNIS,Queue,Wrap-up,Flow,Conversation ID',
    'YES,,,voice,An Agent,A Resident,16/11/2026 09:12,16/11/2026 09:18,341000,Inbound,tel:+447700900123,tel:+441632960000,Waste,Missed bin,Main menu,c-1',
    'YES,,,voice,,07700 900456,16/11/2026 09:20,16/11/2026 09:21,61000,Inbound,sip:07700900456@192.0.2.1,tel:+441632960000,Waste,,Main menu,c-2',
    'YES,,,message,An Agent,,25/10/2026 01:30,25/10/2026 01:40,600000,Inbound/Outbound,,,Web,Resolved,,c-3',
    'YES,,,voice,An Agent,A Resident,16/11/2026 10:00,16/11/2026 10:05,300000,Outbound,tel:+441632960000,tel:+447700900123,,,,c-4',
  ])
  expect(counts).toEqual({ read: 4, accepted: 3, skipped: 1, bad: [], ambiguousTimes: 1 })
  expect(edge.noToken).toEqual({})
  expect(accepted).toEqual([
    {
      source: 'genesys',
      id: 'c-1',
      time: '2026-11-16T09:12:00.000Z',
      channel: 'phone',
      direction: 'inbound',
      outcome: 'answered',
      identifiers: { phone: ['tel:+447700900123'] },
      queue: 'Waste',
      category: 'Main menu',
      disposition: 'Missed bin',
    },
    expect.objectContaining({ id: 'c-2', outcome: 'abandoned', identifiers: { phone: ['sip:07700900456@192.0.2.1'] } }),
    expect.objectContaining({ id: 'c-3', channel: 'webchat', direction: 'inbound', time: '2026-10-25T00:30:00.000Z' }),
  ])
})

test('Salesforce: cases of people who got in touch, with all that ties them', async () => {
  const { accepted, counts } = await read('salesforce-cases', [
    '"Id","IsDeleted","CaseNumber","ContactId","SuppliedEmail","SuppliedPhone","Type","Status","Reason","Origin","Subject","Description","CreatedDate","SystemModstamp","ContactPhone","ContactMobile","ContactEmail"',
    '"500x1","false","00001026","003x1","","01632 960001","Missed bin","Closed","Not collected","Phone","not read","not read","2026-11-16T09:12:03.000Z","2026-11-17T08:00:00.000Z","01632 960002","07700 900123","a.resident@example.org"',
    '"500x2","0","00001027","003x2","","","","New","","Web","not read","not, ""read""","2026-11-16 10:00:00","2026-11-16 10:00:00","","",""',
    '"500x3","1","00001028","003x3","","","","New","","Email","","","2026-11-16 11:00:00","2026-11-16 11:00:00","","",""',
    '"500x4","0","00001029","","b.resident@example.org","","","New","","Email","","","2026-11-16 12:00:00","2026-11-16 12:00:00","","",""',
  ])
  expect(counts).toEqual({ read: 4, accepted: 2, skipped: 2, bad: [], ambiguousTimes: 0 })
  expect(accepted).toEqual([
    {
      source: 'salesforce',
      id: '500x1',
      time: '2026-11-16T09:12:03.000Z',
      revision: Date.UTC(2026, 10, 17, 8),
      channel: 'phone',
      identifiers: {
        crm: ['salesforce-003x1'],
        case: ['salesforce-00001026'],
        phone: ['01632 960002', '07700 900123', '01632 960001'],
        email: ['a.resident@example.org'],
      },
      category: 'Missed bin',
      disposition: 'Not collected',
    },
    expect.objectContaining({ id: '500x4', channel: 'email', time: '2026-11-16T12:00:00.000Z' }),
  ])
})

test('Dynamics: cases by number or label, without those of the web', async () => {
  const { accepted, counts } = await read('dynamics-cases', [
    'incidentid,ticketnumber,title,description,createdon,modifiedon,caseorigincode,casetypecode,statecode,statuscode,customerid,emailaddress',
    'i-1,CAS-01026-X1Y2,not read,not read,2026-11-16T09:12:03Z,2026-11-17T08:00:00Z,1,2,1,5,p-1,a.resident@example.org',
    'i-2,CAS-01027-X1Y2,not read,not read,11/16/2026 2:05:00 PM,11/16/2026 2:05:00 PM,Twitter,1,0,1,p-2,',
    'i-3,CAS-01028-X1Y2,not read,not read,2026-11-16T10:00:00Z,2026-11-16T10:00:00Z,3,1,0,1,p-3,',
  ])
  expect(counts).toEqual({ read: 3, accepted: 2, skipped: 1, bad: [], ambiguousTimes: 0 })
  expect(accepted).toEqual([
    {
      source: 'dynamics',
      id: 'i-1',
      time: '2026-11-16T09:12:03.000Z',
      revision: Date.UTC(2026, 10, 17, 8),
      channel: 'phone',
      identifiers: { crm: ['dynamics-p-1'], case: ['dynamics-CAS-01026-X1Y2'], email: ['a.resident@example.org'] },
      category: '2',
      disposition: '5',
    },
    expect.objectContaining({ id: 'i-2', channel: 'social', time: '2026-11-16T14:05:00.000Z' }),
  ])
})

test("FixMyStreet: what staff reported for somebody, and not residents' own reports", async () => {
  const { accepted, counts } = await read('fixmystreet-reports', [
    '"Report ID",Title,Detail,"User Name",Category,Created,Confirmed,Acknowledged,Fixed,Closed,Status,Latitude,Longitude,Query,Ward,Easting,Northing,"Report URL","Device Type","Site Used","Reported As"',
    '1,"not read","not\nread","A Resident",Potholes,2026-07-16T09:12:03,2026-07-16T09:12:03,,,,confirmed,52,-1,,Ward,1,2,https://reports.example.org/report/1,website,borsetshire,another_user',
    '2,"not read","not read","A Resident",Potholes,2026-07-16T09:13:00,2026-07-16T09:14:00,,,,confirmed,52,-1,,Ward,1,2,https://reports.example.org/report/2,mobile,borsetshire,',
    '3,"not read","not read",Borsetshire,Graffiti,2026-07-16T09:15:00,2026-07-16T09:15:00,,,,confirmed,52,-1,,Ward,1,2,https://reports.example.org/report/3,website,borsetshire,body',
  ])
  expect(counts).toEqual({ read: 3, accepted: 2, skipped: 1, bad: [], ambiguousTimes: 0 })
  expect(accepted).toEqual([
    {
      source: 'fixmystreet',
      id: '1',
      time: '2026-07-16T08:12:03.000Z',
      channel: 'other',
      actor: 'public',
      identifiers: { case: ['fixmystreet-1'] },
      category: 'Potholes',
      disposition: 'confirmed',
    },
    expect.objectContaining({ id: '3', actor: 'internal' }),
  ])
})
