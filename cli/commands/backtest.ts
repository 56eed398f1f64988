import { setTimeout as wait } from 'node:timers/promises'
import type { Backtest } from '@civitals/contracts/backtest'
import { CivitalsError } from '@civitals/contracts/errors'
import { type Arguments, exitCodes, wholeNumber } from '../command.ts'
import { askCentre } from '../io/centre-api.ts'
import { readNamed } from '../io/files.ts'
import { backtestReport } from '../operator/backtest-report.ts'
import { definitionTexts } from './apply.ts'

const everyMs = 1000

/** `civitals backtest`: history by other definitions or rules, side by side with those in force. */
export async function backtest(args: Arguments): Promise<number> {
  const { definitions, rules, json } = args.options
  const centre = String(args.options.centre)
  const request = {
    days: wholeNumber(args, 'days', 1, 400),
    everyMinutes: wholeNumber(args, 'every', 1, 1440),
    ...(typeof definitions === 'string' && { files: await definitionTexts(definitions) }),
    ...(typeof rules === 'string' && { rules: { name: rules, text: await readNamed(rules) } }),
  }
  let found = await askCentre<Backtest>(centre, '/backtests', request)
  while (found.state === 'running') {
    if (process.stderr.isTTY) process.stderr.write(`\rcivitals: ${Math.round(found.progress * 100)} % `)
    await wait(everyMs)
    found = await askCentre<Backtest>(centre, `/backtests/${found.id}`)
  }
  if (process.stderr.isTTY) process.stderr.write('\r')
  if (!found.result) throw new CivitalsError('CIV_CLI_BACKTEST_FAILED', found.error ?? 'the back-test failed')
  process.stdout.write(json ? `${JSON.stringify(found.result)}\n` : backtestReport(found.result))
  return exitCodes.done
}
