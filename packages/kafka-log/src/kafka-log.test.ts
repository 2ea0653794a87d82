import { createKafkaLog } from '@ringback/kafka-log'
import { logConformance, startNative } from '@ringback/testkit'

logConformance('kafka', async () => {
  const native = await startNative(['kafka'])
  const brokers = native?.kafka?.brokers
  if (!native || !brokers) return undefined
  return { log: createKafkaLog({ brokers, clientId: 'conformance', clock: Date.now }), stop: native.stop }
})
