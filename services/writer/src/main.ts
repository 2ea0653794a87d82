import { runService } from '@ringback/runtime'
import { writer } from './service.ts'

await runService(writer)
