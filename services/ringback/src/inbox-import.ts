/** Files of the inbox folder go through the very command that a person would give, in turn with those that persons give. */
import { basename, join } from 'node:path'
import type { EmbeddedHouse } from './house.ts'
import { IMPORT_OPTIONS, planImport, runImport } from './import-command.ts'
import { type InboxFolder, openInboxFolder } from './inbox-folder.ts'
import { importArguments } from './inbox-settings.ts'
import type { Io } from './io.ts'
import { parseCommand } from './options.ts'
import type { Turns } from './turns.ts'

export const importsFolder = (house: EmbeddedHouse, turns: Turns, io: Io): InboxFolder =>
  openInboxFolder({
    dataDir: house.dataDir,
    clock: io.clock,
    inboxImport: ({ folder, name }, { writtenAt }) => ({
      clock: io.clock,
      importFile: async (path, said) => {
        const quiet: Io = {
          ...io,
          out: () => Promise.resolve(),
          progress: () => undefined,
          err: (text) => said.push(text.trimEnd()),
        }
        const argv = [path, ...importArguments(house.config, folder, name, writtenAt)]
        const plan = planImport(parseCommand(argv, IMPORT_OPTIONS), quiet)
        return turns(() => runImport(house, plan, quiet))
      },
    }),
    onReport: ({ folder, name }, { status, file }) =>
      io.err(`${join('inbox', basename(folder), name)}: ${status}, see ${join(status, `${file}.report.json`)}\n`),
    onTrouble: ({ folder, name }, { message }) =>
      io.err(`${join('inbox', basename(folder), name)}: ${message}; tried again until it works.\n`),
  })
