// The command of an edge box: what `deploy/bundle.ts` packs begins here.
import { edgeCommands } from './edge-commands.ts'
import { runCommandLine } from './run.ts'

await runCommandLine(edgeCommands, process.argv.slice(2))
