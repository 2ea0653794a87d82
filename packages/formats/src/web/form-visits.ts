/**
 * Which focus or change of a form's field is a visit of its step. In an attempt without `task_started` the visits of the step first visited are its
 * starts (SEMANTICS section 4), so a page view counts once however many fields are filled in; and a page that shows errors is the same
 * try once more. The little that is remembered may be lost with the process: that costs one start more.
 */
import { createRecentCache } from '@ringback/identity'

export interface FormEvent {
  readonly id: string
  readonly session: string
  readonly url: string | undefined
  /** Of the page view, where the tracker names it. */
  readonly pageId: string | undefined
}

export interface FormVisits {
  /** A page is shown, perhaps with what is to be corrected. */
  readonly open: (event: FormEvent, showsErrors: boolean) => void
  /** Said again, an event is again what it was. */
  readonly isVisit: (event: FormEvent) => boolean
}

/** Page views between their first field and their last; beyond it the longest idle are forgotten. */
const PAGES = 50_000

export const createFormVisits = (): FormVisits => {
  /** By page view, and by session and address: the event that was the visit. */
  const visits = createRecentCache<string, string>(PAGES)
  const errorPages = createRecentCache<string, true>(PAGES)
  const placeOf = ({ session, url }: FormEvent): string => `${session} ${url ?? ''}`
  return {
    open: (event, showsErrors) => {
      const place = placeOf(event)
      if (showsErrors) errorPages.set(event.pageId ?? place, true)
      else if (event.pageId === undefined) {
        errorPages.delete(place)
        visits.delete(place)
      }
    },
    isVisit: (event) => {
      const place = placeOf(event)
      const page = event.pageId ?? place
      const showsErrors = errorPages.get(page) === true
      const visit = visits.get(page) ?? (showsErrors ? visits.get(place) : undefined)
      if (visit !== undefined) return visit === event.id
      visits.set(page, event.id)
      visits.set(place, event.id)
      return true
    },
  }
}
