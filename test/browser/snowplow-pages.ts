/** Pages with Snowplow's official browser tracker and its plugins, as their packages bring them. */
import { dirname, join } from 'node:path'
import type { Pages } from './council-pages.ts'

const PARTS = [
  require.resolve('@snowplow/browser-tracker/package.json'),
  require.resolve('@snowplow/browser-plugin-form-tracking/package.json'),
  require.resolve('@snowplow/browser-plugin-link-click-tracking/package.json'),
  require.resolve('@snowplow/browser-plugin-error-tracking/package.json'),
  require.resolve('@snowplow/browser-plugin-site-tracking/package.json'),
].map(dirname)

/** As its documentation says, but for where it sends: with the key in a path of its own, or `below` the key. */
export const snowplow =
  (key: string, how: object = {}, below = '') =>
  (collector: string): string => {
    const parts = PARTS.map((_, i) => `<script src="/snowplow-${i}.js"></script>`)
    const options = { appId: 'council-web', postPath: `/${key}/tp2`, ...how }
    return `${parts.join('')}<script>
      snowplowBrowserTracking.newTracker('sp', '${collector}${below}', { ...${JSON.stringify(options)}, plugins: [
        snowplowFormTracking.FormTrackingPlugin(), snowplowLinkClickTracking.LinkClickTrackingPlugin(),
        snowplowErrorTracking.ErrorTrackingPlugin(), snowplowSiteTracking.SiteTrackingPlugin()] })
      snowplowErrorTracking.enableErrorTracking()
      snowplowLinkClickTracking.enableLinkClickTracking()
      snowplowFormTracking.enableFormTracking()
      snowplowBrowserTracking.setUserId('ms.example@example.org')
      snowplowBrowserTracking.trackPageView()
    </script>`
  }

/** To be called once, before a page is opened. */
export const serveTracker = ({ files }: Pages): void => {
  for (const [i, folder] of PARTS.entries()) files.set(`/snowplow-${i}.js`, join(folder, 'dist/index.umd.min.js'))
}
