import { centreCommands } from './centre-commands.ts'
import { edgeCommands } from './edge-commands.ts'
import { runCommandLine } from './run.ts'

await runCommandLine([...centreCommands, ...edgeCommands], process.argv.slice(2))
