import { runService } from '@ringback/runtime'
import { assembler } from './service.ts'

await runService(assembler)
