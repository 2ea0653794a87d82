import { runService } from '@ringback/runtime'
import { correlator } from './service.ts'

await runService(correlator)
