/** Whether a program acts instead of a person, by the user agent that it sends. The agent itself is never kept. */
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
