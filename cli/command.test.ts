import t from 'tap'
import { type Command, findCommand, helpOf, overview, parseArguments, wholeNumber } from './command.ts'

const command = (words: string, options: Command['options'] = {}, positionals?: string): Command => ({
  words,
  summary: `Do ${words}.`,
  ...(positionals ? { positionals } : {}),
  options,
  examples: [`civitals ${words}`],
  load: async () => async () => 0,
})

const up = command('up', { port: { value: 'PORT', help: 'port', default: '8080' }, quiet: { help: 'say less' } })
const run = command('gateway run', { config: { value: 'FILE', help: 'file' } })
const calc = command('calc', {}, 'NAME')
const all = [up, run, calc]

t.test('the longest matching words name the command, wherever options stand', async (t) => {
  t.same(findCommand(all, ['gateway', 'run', '--config', 'a.yaml']), [run, ['--config', 'a.yaml']])
  t.same(findCommand(all, ['calc', 'aqi']), [calc, ['aqi']])
  t.equal(findCommand(all, ['gateway']), undefined)
})

t.test('options have their defaults and keep what was given', async (t) => {
  t.same({ ...parseArguments(up, []).options }, { port: '8080' })
  t.same({ ...parseArguments(up, ['--port', '9', '--quiet']).options }, { port: '9', quiet: true })
  t.same(parseArguments(calc, ['aqi']).positionals, ['aqi'])
})

t.test('a slip of the hand is a usage error that names the nearest option', async (t) => {
  t.throws(() => parseArguments(up, ['--prot', '9']), { code: 'CIV_CLI_USAGE', message: /did you mean --port\?/ })
  t.throws(() => parseArguments(up, ['extra']), { code: 'CIV_CLI_USAGE', message: /unexpected argument extra/ })
  t.throws(() => parseArguments(up, ['--port']), { code: 'CIV_CLI_USAGE' })
})

t.test('a number outside its range is refused with the range', async (t) => {
  const port = (text: string): number => wholeNumber(parseArguments(up, ['--port', text]), 'port', 1, 65_535)
  t.equal(port('8080'), 8080)
  for (const wrong of ['0', '65536', '80.5', '8o8o', ''])
    t.throws(() => port(wrong), { message: /from 1 to 65535/ }, wrong)
})

t.test('help names every option with its default and every command', async (t) => {
  t.match(helpOf(up), /--port PORT\s+port \(default 8080\)/)
  t.match(helpOf(calc), /^civitals calc NAME\n/)
  for (const { words } of all) t.match(overview(all), words)
  const long = command('gateway diagnose-at-length')
  t.match(overview([...all, long]), /at-length {2}Do gateway/, 'a long name keeps its distance')
})
