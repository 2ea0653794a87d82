/** What a user agent tells: whether a program acts instead of a person, and on what device. The agent itself is never kept. */
import type { DeviceClass } from '@ringback/contracts'
import { isbot } from 'isbot'

/** How crawlers name themselves. Not the phones of Cubot, nor a council's chatbot that reports what residents do in it. */
const CRAWLER = /(?<!cu|chat)bot|crawl|spider/i

export interface AgentOrigin {
  /** Sent by a page in a browser (its request has Origin, Referer or Sec-Fetch headers), or an agent that a sender tells of its visitor. */
  readonly isPage: boolean
}

/**
 * Of a page all that isbot knows counts. A server's own library (node, curl, okhttp) says nothing about the visitor whose doing it reports:
 * there only what names itself as a crawler is a bot. No agent at all tells nothing.
 */
export const isBotAgent = (userAgent: string | undefined, { isPage }: AgentOrigin): boolean =>
  userAgent !== undefined && (isPage ? isbot(userAgent) : CRAWLER.test(userAgent))

/** Undefined where the agent does not tell. An iPad of today says that it is a Mac. */
export const deviceClassOf = (userAgent: string): DeviceClass | undefined => {
  if (/iPad|Tablet|PlayBook|Silk\/|Android(?!.*\bMobile\b)/i.test(userAgent)) return 'tablet'
  if (/\bMobi|iPhone|iPod/i.test(userAgent)) return 'mobile'
  return /Windows NT|Macintosh|X11|CrOS/.test(userAgent) ? 'desktop' : undefined
}
