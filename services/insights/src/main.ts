import { runService } from '@ringback/runtime'
import { insights } from './service.ts'

await runService(insights)
