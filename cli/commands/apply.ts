import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DefinitionText, Proposal } from '@civitals/contracts/definition-change'
import { CivitalsError } from '@civitals/contracts/errors'
import { type Arguments, exitCodes } from '../command.ts'
import { confirmed } from '../io/ask.ts'
import { askCentre } from '../io/centre-api.ts'
import { readNamed } from '../io/files.ts'
import { stopSignal } from '../io/stop-signal.ts'
import { proposalReport } from '../operator/proposal-report.ts'

/** `civitals apply DIR`: plans the definition files of a folder against the centre, shows the difference, applies it when told to. */
export async function apply(args: Arguments): Promise<number> {
  const [folder, ...more] = args.positionals
  const { centre, why, yes, json } = args.options
  if (!folder || more.length > 0) throw new CivitalsError('CIV_CLI_USAGE', 'name one folder of definition files')
  const files = await definitionTexts(folder)
  const proposal = await askCentre<Proposal>(String(centre), '/definitions/plan', { files })
  process.stdout.write(json ? `${JSON.stringify(proposal, undefined, 2)}\n` : proposalReport(proposal))
  if (proposal.problems.length > 0) return exitCodes.invalid
  if (proposal.changes.length === 0) return exitCodes.done
  if (typeof why !== 'string' || why.trim() === '') {
    process.stderr.write('civitals: nothing was changed; say --why to apply it, the reason is kept with the change\n')
    return exitCodes.done
  }
  if (!yes && !(await agreed())) return exitCodes.failed
  const applied = await askCentre<Proposal>(String(centre), '/definitions', { files, plan: proposal.plan, why })
  process.stderr.write(`civitals: applied, ${applied.changes.length} changes\n`)
  return exitCodes.done
}

/** Without a terminal nobody can be asked: then only --yes applies. */
async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new CivitalsError('CIV_CLI_USAGE', 'no terminal to confirm at: say --yes to apply')
  return confirmed('Apply these changes?', stopSignal())
}

/** The YAML files of a folder, by name. */
export async function definitionTexts(folder: string): Promise<DefinitionText[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new CivitalsError('CIV_CLI_FILE', `${folder} cannot be read: ${(cause as Error).message}`, { cause })
  })
  const wanted = names.filter((name) => /\.ya?ml$/.test(name)).sort()
  if (wanted.length === 0) throw new CivitalsError('CIV_CLI_FILE', `${folder} holds no .yaml file`)
  return Promise.all(wanted.map(async (name) => ({ name, text: await readNamed(join(folder, name)) })))
}
