// Set-up of a fresh clone: `npm start` and `npm test` run it first. Plain JavaScript without dependencies, because it
// runs before any is installed and on whatever Node the machine has (18 or newer).
//   prepare.mjs start   packages, the right Node, built pages
//   prepare.mjs test    the same, and the Debian programs that tests use as foreign peers
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bringLibmodbusTests } from './libmodbus-tests.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stampFolder = join(root, 'node_modules', '.civitals')
const purpose = process.argv[2] ?? 'start'

/** Debian packages that tests talk to: program looked for on PATH (or a file), and what is skipped without it. */
const foreignPrograms = [
  { program: 'socat', debian: 'socat', skips: 'Modbus RTU over pseudo-terminals' },
  { program: 'strace', debian: 'strace', skips: 'power loss at random instants, failing writes and flushes' },
  { program: 'influxd', debian: 'influxdb', skips: 'the series store on a real InfluxDB' },
  { program: 'influx', debian: 'influxdb-client', skips: 'reading back with the influx command line' },
  { program: 'victoria-metrics', debian: 'victoria-metrics', skips: 'line protocol of 2.x on a server that takes it' },
  {
    file: '/usr/lib/python3/dist-packages/pymodbus',
    debian: 'python3-pymodbus',
    skips: 'reading a sensor that is not ours',
  },
  {
    file: '/usr/lib/python3/dist-packages/serial_asyncio',
    debian: 'python3-serial-asyncio',
    skips: 'pymodbus as a server, which does not start without it',
  },
  { file: '/usr/sbin/mosquitto', debian: 'mosquitto', skips: 'terminals behind a broker that is not ours' },
  { program: 'mosquitto_pub', debian: 'mosquitto-clients', skips: 'messages that another program publishes' },
  { program: 'mbpoll', debian: 'mbpoll', skips: 'judging the simulator with an independent Modbus master' },
  { program: 'gcc', debian: 'gcc', skips: 'terminals and masters made of libmodbus' },
  { file: '/usr/include/modbus/modbus.h', debian: 'libmodbus-dev', skips: 'terminals and masters made of libmodbus' },
  { file: '/usr/include/stdlib.h', debian: 'libc6-dev', skips: 'terminals and masters made of libmodbus' },
  { program: 'chromium', debian: 'chromium', skips: 'the page in a browser' },
  {
    file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
    debian: 'fonts-noto-cjk',
    skips: 'Chinese text in screenshots',
  },
]

const say = (line) => process.stderr.write(`civitals set-up: ${line}\n`)

function fail(line) {
  say(line)
  process.exit(1)
}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options })
  if (done.error) fail(`${command} could not be started: ${done.error.message}`)
  return done.status === 0
}

/** Digest of the named files and folders, by relative path and content. */
function digest(paths) {
  const hash = createHash('sha256')
  const walk = (path) => {
    if (!existsSync(join(root, path))) return
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) {
        if (name !== 'node_modules' && name !== 'dist') walk(join(path, name))
      }
    } else {
      hash
        .update(path)
        .update('\0')
        .update(readFileSync(join(root, path)))
        .update('\0')
    }
  }
  for (const path of paths) walk(path)
  return hash.digest('hex')
}

/** Does `work` unless the last success was with the same content. */
function whenChanged(name, content, result, work) {
  const stamp = join(stampFolder, name)
  if (existsSync(stamp) && existsSync(join(root, result)) && readFileSync(stamp, 'utf8') === content) return
  work()
  mkdirSync(stampFolder, { recursive: true })
  writeFileSync(stamp, content)
}

function installPackages() {
  whenChanged(
    'packages',
    `${digest(['package-lock.json'])} ${process.platform} ${process.arch}`,
    'node_modules',
    () => {
      say('installing packages (once; about a minute)')
      const npm = process.env.npm_execpath
      const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
      const done = npm?.endsWith('.js') ? run(process.execPath, [npm, ...args]) : run('npm', args)
      if (!done) fail('npm ci failed; its message stands above')
    },
  )
}

/** The Node that runs the project: the packaged one on Linux x64 and arm64, else the machine's own, which must be 24 or newer. */
function rightNode() {
  const packaged = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(packaged)) return packaged
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  return fail(
    `Node 24 or newer is needed; this is ${process.version}. Install it from nodejs.org and run the command again.`,
  )
}

function buildPages(node) {
  const sources = [
    'package-lock.json',
    'dashboards/package.json',
    'dashboards/pages',
    'dashboards/api/shapes.ts',
    'contracts',
  ]
  whenChanged('pages', digest(sources), 'dashboards/dist/index.html', () => {
    say('building the pages (when they changed; a few seconds)')
    const vite = [
      join(root, 'dashboards/node_modules/vite/bin/vite.js'),
      join(root, 'node_modules/vite/bin/vite.js'),
    ].find(existsSync)
    if (!vite || !run(node, [vite, 'build', '--logLevel', 'warn', 'dashboards/pages']))
      fail('the pages could not be built; the message stands above')
  })
}

/** tap compiles the plugins of .taprc into its test class; a first run without this would still use the default ones and fail. */
function buildTestRunner(node) {
  whenChanged('test-runner', digest(['.taprc', 'package-lock.json']), '.tap/plugins', () => {
    if (!run(node, ['node_modules/tap/dist/esm/run.mjs', 'build']))
      fail('the test runner could not be built; the message stands above')
  })
}

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const present = (entry) =>
  entry.program ? onPath(entry.program) || existsSync(`/usr/sbin/${entry.program}`) : existsSync(entry.file)

const mayInstall = process.getuid?.() === 0 && onPath('apt-get') && process.env.CIVITALS_APT !== '0'

/** Brings the foreign programs on Debian as root; elsewhere says what is missing and what that skips. */
function bringForeignPrograms() {
  const missing = foreignPrograms.filter((entry) => !present(entry))
  if (missing.length === 0) return
  const names = missing.map((entry) => entry.debian)
  if (mayInstall) {
    say(`installing Debian packages the tests use: ${names.join(' ')} (CIVITALS_APT=0 forbids this)`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] }
    run('apt-get', ['update', '-qq'], quiet)
    // A service that the package starts by itself would hold its port; tests start their own on free ports.
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], {
      ...quiet,
      env: { ...env, RUNLEVEL: '1' },
    })
  }
  for (const entry of foreignPrograms.filter((candidate) => !present(candidate))) {
    say(`${entry.debian} is not installed: tests skip ${entry.skips}`)
  }
}

installPackages()
const node = rightNode()
buildPages(node)
if (purpose === 'test') {
  buildTestRunner(node)
  bringForeignPrograms()
  const missing = bringLibmodbusTests(join(stampFolder, 'libmodbus'), mayInstall)
  if (missing) say(`the source of libmodbus is not here (${missing}): tests skip its own test server`)
}
