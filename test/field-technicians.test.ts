// The page for field technicians cannot rot: every command line on it is one the program takes, every file on it one it can use.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { exitCodes, findCommand, parseArguments } from '../cli/command.ts'
import { edgeCommands } from '../cli/edge-commands.ts'
import { prepare } from '../gateway/config/io/prepare.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/field-technicians.md'), 'utf8')

/** Words of a command line up to the first pipe, redirection or next command; quotes as the shell reads them. */
function wordsOf(line: string): string[] {
  const parts = line.match(/"[^"]*"|'[^']*'|[|>;&]|[^\s|>;&]+/g) ?? []
  const end = parts.findIndex((part) => /^[|>;&]$/.test(part))
  return parts.slice(0, end < 0 ? undefined : end).map((part) => part.replace(/^["']|["']$/g, ''))
}

/** Command lines of the terminal sessions (`$ ...`, continued by \) and of running text. */
function commandLines(): string[] {
  const joined = page.replace(/\\\n\s*/g, '')
  const typed = [...joined.matchAll(/^\$ (?:sudo )?(civitals .+)$/gm)].map(([, line]) => line ?? '')
  const quoted = [...joined.matchAll(/`(?:sudo )?(civitals [^`]+)`/g)].map(([, line]) => line ?? '')
  return [...typed, ...quoted]
}

const isHelp = (words: readonly string[]): boolean => words.includes('--help')

t.test('every command line is one the edge box takes', async (t) => {
  const lines = commandLines()
  t.ok(lines.length >= 25, `${lines.length} command lines`)
  for (const line of lines) {
    const words = wordsOf(line).slice(1)
    if (isHelp(words) || /scna|seriel/.test(line)) continue
    const found = findCommand(edgeCommands, words)
    if (!found) t.fail(`no such command: ${line}`)
    else t.doesNotThrow(() => parseArguments(...found), line)
  }
})

t.test('every command a technician has at a gateway stands on the page', async (t) => {
  for (const { words } of edgeCommands.filter(({ words }) => /^gateway|^decode/.test(words)))
    t.ok(page.includes(`civitals ${words}`), words)
})

t.test('its configuration and its profile can be used as they are printed', async (t) => {
  const files = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '')
  const profile = files.find((text) => /^profile: lamp-dimmer/m.test(text)) ?? ''
  const config = files.find((text) => /^gateway: /m.test(text)) ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'page-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'profiles/lamp-dimmer'), { recursive: true })
  writeFileSync(join(folder, 'profiles/lamp-dimmer/profile.yaml'), profile)
  writeFileSync(join(folder, 'gateway.yaml'), config)
  t.match(await prepare(join(folder, 'gateway.yaml')), { ok: true })
})

t.test('the exit codes are those of the program', async (t) => {
  for (const code of new Set(Object.values(exitCodes))) t.match(page, new RegExp(`^\\| ${code} \\|`, 'm'))
})

t.test('nothing on it is wider than a terminal', async (t) => {
  const blocks = [...page.matchAll(/```[a-z]*\n([\s\S]*?)```/g)].flatMap(([, text = '']) => text.split('\n'))
  t.same(
    blocks.filter((line) => line.length > 120),
    [],
  )
})
