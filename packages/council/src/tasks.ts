/** The tasks of the made-up council. LGSL and LGIL ids are those of the Local Government Services List; the titles are ours. */

export interface CouncilTask {
  readonly id: string
  readonly title: string
  readonly family: string
  readonly scope: 'person' | 'household'
  readonly lgsl: number
  readonly lgil: number
  readonly line: string
  /** Of a form; none: there is only something to read. */
  readonly steps: readonly string[]
  readonly sensitive: boolean
  /** Weights: how often its form is started, its pages read, the council asked about it. */
  readonly forms: number
  readonly visits: number
  readonly contacts: number
}

type Row = readonly [
  id: string,
  title: string,
  family: string,
  lgsl: number,
  lgil: number,
  steps: string,
  weights: readonly [forms: number, visits: number, contacts: number],
  marks?: string,
]

const ROWS: readonly Row[] = [
  [
    'report-missed-bin',
    'Tell us that a bin was missed',
    'waste',
    524,
    17,
    'address which_bin about_you summary',
    [14, 6, 9],
    'household',
  ],
  ['find-bin-day', 'When are my bins emptied?', 'waste', 524, 8, '', [0, 24, 4], 'household'],
  [
    'garden-waste',
    'Join the garden waste round',
    'waste',
    530,
    0,
    'address bins about_you payment',
    [7, 4, 4],
    'household',
  ],
  [
    'bulky-waste',
    'Have something large taken away',
    'waste',
    528,
    0,
    'address items date payment',
    [6, 4, 4],
    'household',
  ],
  [
    'new-bin',
    'Ask for a new or larger bin',
    'waste',
    533,
    0,
    'address which_bin reason summary',
    [5, 3, 3],
    'household',
  ],
  [
    'recycling-centre',
    'Recycling centre: times and slots',
    'waste',
    534,
    8,
    'vehicle date about_you',
    [4, 6, 2],
    'household',
  ],
  [
    'clinical-waste',
    'Collection of medical waste',
    'waste',
    859,
    0,
    'address items about_you',
    [1, 1, 1],
    'household sensitive',
  ],
  [
    'council-tax-bill',
    'Understand or pay a council tax bill',
    'council-tax',
    57,
    8,
    'account amount payment',
    [9, 7, 11],
    'ctax',
  ],
  [
    'council-tax-discount',
    'Pay less council tax',
    'council-tax',
    59,
    0,
    'account household proof summary',
    [4, 4, 5],
    'ctax',
  ],
  [
    'council-tax-moving',
    'Move house: council tax',
    'council-tax',
    58,
    0,
    'old_address new_address about_you summary',
    [6, 3, 6],
    'ctax',
  ],
  [
    'council-tax-support',
    'Help with council tax on a low income',
    'benefits',
    63,
    0,
    'about_you income household proof summary',
    [4, 3, 5],
    'ctax sensitive',
  ],
  [
    'housing-benefit',
    'Housing benefit: a change to tell us',
    'benefits',
    70,
    0,
    'about_you income change proof',
    [3, 2, 5],
    'ctax sensitive',
  ],
  ['school-place', 'Ask for a primary school place', 'schools', 13, 0, 'child address schools summary', [4, 4, 2]],
  ['secondary-place', 'Ask for a secondary school place', 'schools', 14, 0, 'child address schools summary', [4, 4, 2]],
  ['free-school-meals', 'Free school meals', 'schools', 4, 0, 'child about_you income', [3, 2, 1], 'sensitive'],
  ['school-transport', 'Travel to school', 'schools', 3, 8, 'child school about_you', [2, 2, 2]],
  ['term-dates', 'School terms and holidays', 'schools', 36, 8, '', [0, 7, 0.5]],
  ['school-closures', 'Is the school open today?', 'schools', 1140, 8, '', [0, 2, 0.5]],
  [
    'blue-badge',
    'Blue Badge: apply or renew',
    'transport',
    279,
    8,
    'about_you condition proof photo payment',
    [3, 3, 4],
    'sensitive',
  ],
  ['older-bus-pass', 'Bus pass for older people', 'transport', 273, 0, 'about_you proof photo', [3, 2, 2]],
  ['parking-permit', 'Parking permit for residents', 'parking', 474, 8, 'vehicle proof payment', [5, 3, 3]],
  ['parking-fine', 'Pay or challenge a parking fine', 'parking', 471, 4, 'notice reason proof payment', [6, 3, 5]],
  ['pothole', 'Tell us about a pothole', 'roads', 557, 17, 'where what photo', [5, 3, 3]],
  ['street-light', 'Tell us about a street light', 'roads', 564, 17, 'where what', [3, 1, 2]],
  ['gritting', 'Gritting and grit bins', 'roads', 561, 17, 'where what', [0.5, 1, 0.5]],
  ['fly-tipping', 'Tell us about dumped waste', 'streets', 587, 17, 'where what photo', [4, 2, 3]],
  ['abandoned-vehicle', 'Tell us about an abandoned vehicle', 'streets', 372, 17, 'where vehicle', [1.5, 1, 1]],
  ['dog-fouling', 'Tell us about dog mess', 'streets', 577, 17, 'where what', [1, 1, 1]],
  ['noise', 'Noise that disturbs you', 'environment', 412, 17, 'what when where about_you', [2, 2, 3]],
  [
    'pest-control',
    'Rats, wasps and other pests',
    'environment',
    431,
    0,
    'address what date payment',
    [2, 2, 3],
    'household',
  ],
  ['housing-repair', 'Repairs to a council home', 'housing', 141, 0, 'where what when summary', [7, 3, 9], 'homes'],
  [
    'housing-register',
    'Join the housing register',
    'housing',
    92,
    0,
    'about_you household income proof summary',
    [4, 3, 5],
    'homes',
  ],
  ['homelessness', 'You may lose your home', 'housing', 112, 8, '', [0, 3, 4], 'homes sensitive'],
  [
    'planning-search',
    'Find and comment on a planning application',
    'planning',
    516,
    8,
    'application comment about_you',
    [2, 6, 2],
  ],
  ['birth-registration', 'Register a birth', 'registrars', 319, 0, 'child date about_you payment', [2, 2, 2]],
  ['electoral-register', 'The electoral register', 'elections', 364, 8, '', [0, 2, 2]],
]

const LINES: readonly string[] = ['ctax', 'homes']

const toTask = ([id, title, family, lgsl, lgil, steps, weights, marks = '']: Row): CouncilTask => {
  const marked = marks.split(' ')
  const [forms, visits, contacts] = weights
  return {
    id,
    title,
    family,
    lgsl,
    lgil,
    scope: marked.includes('household') ? 'household' : 'person',
    line: marked.find((mark) => LINES.includes(mark)) ?? 'main',
    steps: steps.split(' ').filter((step) => step !== ''),
    sensitive: marked.includes('sensitive'),
    forms,
    visits,
    contacts,
  }
}

export const TASKS: readonly CouncilTask[] = ROWS.map(toTask)

/** Pages that belong to no task. */
export const OTHER_PAGES = [
  'news',
  'councillors',
  'contact-us',
  'jobs',
  'libraries',
  'leisure',
  'events',
  'consultations',
  'about',
  'accessibility',
] as const

export const SITE = 'https://www.borsetshire.gov.uk'
export const FORMS_SITE = 'https://my.borsetshire.gov.uk/service'
export const pageOf = (task: CouncilTask): string => `${SITE}/${task.family}/${task.id}`
export const formOf = (task: CouncilTask): string => `${FORMS_SITE}/${task.id.replaceAll('-', '_')}`

/** How telephony and the CRM name things. */
export const queueOf = (family: string): string => `${family.replaceAll('-', '_').toUpperCase()}_Q1`
export const GENERAL_QUEUE = 'SWITCHBOARD_Q0'
export const NEW_QUEUE = 'FRONT_DOOR_Q9'
export const dispositionOf = (task: CouncilTask): string => `${task.id.replaceAll('-', '_')}_enquiry`
export const familyDispositionOf = (family: string): string => `${family.replaceAll('-', '_')}_general`
export const DEFAULT_DISPOSITION = 'GENERAL ENQUIRY'
export const categoryOf = (task: CouncilTask): string => `${task.family} / ${task.title}`
export const familyCategoryOf = (family: string): string => `${family} / general`
