/**
 * Telephone numbers that are nobody's: each belongs to a range that a regulator has set aside for drama. The United
 * Kingdom's come first; they are too few for a council, so France's and North America's follow (ADR 0032).
 */
import type { Identifiers } from '@ringback/contracts'

/** Ofcom's ranges of 1,000 landlines each, and of numbers that are dialled like them. */
const UK_LANDLINES = [
  '01632960',
  '01134960',
  '01144960',
  '01164960',
  '01174960',
  '01184960',
  '01214960',
  '01314960',
  '01414960',
  '01514960',
  '01614960',
  '02079460',
  '01914980',
  '02896496',
  '02920180',
  '03069990',
] as const
/** Arcep's, of 10,000 each. */
const FRENCH_LANDLINES = ['+3319900', '+3326191', '+3335301', '+3346571', '+3353649'] as const
const UK_MOBILES = '07700900'
/** Area codes of North America: in each of them 555-0100 to 555-0199 are fiction's, mobile or not. */
const NORTH_AMERICA =
  '201202203204205206207208209210212213214215216217218219220223224225226227228229231234235236239240248249250251252253254256257' +
  '260262263267269270272273274276279281283289301302303304305306307308309310312313314315316317318319320321323324325326327329330' +
  '331332334336337339340341343346347350351352353354360361363364365367368369380382385386401402403404405406407408409410412413414' +
  '415416417418419423424425428430431432434435437438440442443445447448450458463464468469470472474475478479480484501502503504505' +
  '506507508509510512513514515516517518519520530531534539540541548551557559561562563564567570571572573574575579580581582584585' +
  '586587601602603604605606607608609610612613614615616617618619620623626628629630631636639640641645646647650651656657659660661' +
  '662667669670671672678680681682683686689701702703704705706707708709712713714715716717718719720724725726727728730731732734737' +
  '738740742743747748753754757760762763765769770771772773774775778779780781782785786787801802803804805806807808809810812813814' +
  '815816817818819820821825826828829830831832835838839840843845847848849850854856857858859860862863864865867870872873876878879' +
  '901902903904905906907908909910912913914915916917918919920925928929930931934936937938939940941942943945947948949951952954956' +
  '959970971972973975978979980983984985986989'

const UK_BLOCK = 1_000
const FRENCH_BLOCK = 10_000
const AMERICAN_BLOCK = 100

export const LANDLINES = UK_LANDLINES.length * UK_BLOCK + FRENCH_LANDLINES.length * FRENCH_BLOCK
export const MOBILES = UK_BLOCK + (NORTH_AMERICA.length / 3) * AMERICAN_BLOCK

const digits = (value: number, length: number): string => String(value).padStart(length, '0')

/** What identifies somebody, by the law's types: a telephone number in one form, however it was written. */
export const givenIdentifiers = (identifiers: Identifiers): readonly string[] =>
  Object.entries(identifiers).flatMap(([type, values]) =>
    [values ?? []].flat().flatMap((value) => {
      if (type !== 'phone') return [`${type}:${value}`]
      const phone = value.replace(/^\+44/, '0')
      if (!/\d/.test(phone)) return []
      return [`${/^(?:0[123]|\+33)/.test(phone) ? 'landline' : 'mobile'}:${phone}`]
    }),
  )

/** Numbers that advisers share among those whom they help: the last of the landlines. */
export const adviserNumber = (index: number): string => landline(LANDLINES - 1 - index)
const ADVISERS = 1_000

/** Whether an identifier, as `givenIdentifiers` names it, is one of many people's, and so ties nobody to anybody. */
export const isEverybodys = (identifier: string): boolean =>
  identifier.startsWith(`device:${PUBLIC_COMPUTER}`) || EVERYBODYS.has(identifier)
export const PUBLIC_COMPUTER = 'public-computer-'

/** The landline of that index, of `LANDLINES`, as it is dialled in the United Kingdom. */
export const landline = (index: number): string => {
  const ofUk = UK_LANDLINES[Math.floor(index / UK_BLOCK)]
  if (ofUk !== undefined) return `${ofUk}${digits(index % UK_BLOCK, 3)}`
  const rest = index - UK_LANDLINES.length * UK_BLOCK
  return `${FRENCH_LANDLINES[Math.floor(rest / FRENCH_BLOCK)] ?? ''}${digits(rest % FRENCH_BLOCK, 4)}`
}

/** The mobile of that index, of `MOBILES`. */
export const mobile = (index: number): string => {
  if (index < UK_BLOCK) return `${UK_MOBILES}${digits(index, 3)}`
  const rest = index - UK_BLOCK
  const area = Math.floor(rest / AMERICAN_BLOCK) * 3
  return `+1${NORTH_AMERICA.slice(area, area + 3)}55501${digits(rest % AMERICAN_BLOCK, 2)}`
}

const EVERYBODYS = new Set(Array.from({ length: ADVISERS }, (_, index) => `landline:${adviserNumber(index)}`))
