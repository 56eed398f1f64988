// The pages that explain the score to a city official say what the program computes: every worked line, in both languages.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { centreCommands } from '../cli/centre-commands.ts'
import { findCommand, parseArguments } from '../cli/command.ts'
import { shippedDefinitions } from '../indicators/io/shipped.ts'
import { worked } from './worked.ts'

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../docs', name), 'utf8')
const pages = { en: read('vital-signs.md'), zh: read('vital-signs.zh.md') }
const linesOf = (page: string): string[] =>
  [...page.matchAll(/```worked\n([\s\S]*?)```/g)].flatMap(([, block]) => (block ?? '').trim().split('\n'))

t.test('every worked line is what the program computes', async (t) => {
  const documents = await shippedDefinitions()
  const lines = linesOf(pages.en)
  t.ok(lines.length >= 8)
  for (const line of lines) {
    const [ask = '', answer = ''] = line.split(' -> ')
    t.equal(worked(ask, documents), answer, ask)
  }
})

t.test('both languages work the same examples and the same commands', async (t) => {
  t.strictSame(linesOf(pages.zh), linesOf(pages.en))
  const commands = (page: string) =>
    [...page.matchAll(/^civitals (.*?)(?: {2,}.*)?$/gm)].map(([, words]) => words ?? '')
  t.ok(commands(pages.en).length >= 5)
  for (const page of [pages.en, pages.zh]) {
    for (const line of commands(page)) {
      const words = (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''))
      const found = findCommand(centreCommands, words)
      if (!found) t.fail(`no such command: ${line}`)
      else t.doesNotThrow(() => parseArguments(...found), line)
    }
  }
})
