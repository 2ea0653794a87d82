import { runService } from '@ringback/runtime'
import { collector } from './service.ts'

await runService(collector)
