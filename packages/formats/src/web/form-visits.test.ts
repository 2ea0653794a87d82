import fc from 'fast-check'
import { createFormVisits, type FormEvent } from './form-visits.ts'

const event = (id: string, pageId: string | undefined, url = 'example.org/bins/address'): FormEvent => ({
  id,
  session: 's-1',
  url,
  pageId,
})

test('the first field of a page view is the visit, its others are not', () => {
  const forms = createFormVisits()
  forms.open(event('view', 'p-1'), false)
  expect(['a', 'b', 'c'].map((id) => forms.isVisit(event(id, 'p-1')))).toEqual([true, false, false])
})

test('each page view has its own', () => {
  const forms = createFormVisits()
  expect(['p-1', 'p-2'].map((page) => forms.isVisit(event(`of ${page}`, page)))).toEqual([true, true])
})

test('what is said again is what it was', () => {
  const forms = createFormVisits()
  expect(['a', 'b', 'a', 'b'].map((id) => forms.isVisit(event(id, 'p-1')))).toEqual([true, false, true, false])
})

test('a page that shows errors is the same try once more', () => {
  const forms = createFormVisits()
  forms.isVisit(event('a', 'p-1'))
  forms.open(event('view', 'p-2'), true)
  expect(forms.isVisit(event('b', 'p-2'))).toBe(false)
})

test('who sends a form without touching it has not visited it before the errors are shown', () => {
  const forms = createFormVisits()
  forms.open(event('view', 'p-1'), false)
  forms.open(event('again', 'p-2'), true)
  expect(forms.isVisit(event('b', 'p-2'))).toBe(true)
})

test('without an id of the page view, a new view of the address is one, unless it shows errors', () => {
  const forms = createFormVisits()
  const visits = (id: string): boolean => forms.isVisit(event(id, undefined))
  const seen: boolean[] = [visits('a'), visits('b')]
  forms.open(event('errors', undefined), true)
  seen.push(visits('c'))
  forms.open(event('view', undefined), false)
  seen.push(visits('d'), visits('e'))
  expect(seen).toEqual([true, false, false, true, false])
})

test('a page view has exactly one visit, however often and in whatever order its events come', () => {
  const page = fc.constantFrom('p-1', 'p-2', 'p-3')
  const heard = fc.array(fc.tuple(page, fc.nat(4)), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(heard, (events) => {
      const forms = createFormVisits()
      const visits = new Map<string, Set<string>>()
      for (const [pageId, n] of events) {
        const id = `${pageId}/${n}`
        const ids = visits.get(pageId) ?? new Set()
        if (forms.isVisit(event(id, pageId))) ids.add(id)
        visits.set(pageId, ids)
      }
      return [...visits.values()].every((ids) => ids.size === 1)
    }),
  )
})
