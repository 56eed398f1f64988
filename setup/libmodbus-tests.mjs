// libmodbus' own test server is in no Debian package, only in the source of one. Its source is brought by apt with lists of its own, so
// that the machine's sources stay as they are; tests compile it. Plain JavaScript without dependencies, like prepare.mjs.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const run = (command, args) => spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 })

/** Where this machine's libmodbus comes from: `deb-src` lines for the same archives. */
function sourceLines() {
  const { stdout } = run('apt-cache', ['policy', 'libmodbus-dev'])
  const archives = [...(stdout ?? '').matchAll(/^\s+\d+ (https?:\S+) (\S+)\/main /gm)]
  return archives.map(([, url, suite]) => `deb-src ${url} ${suite} main\n`).join('')
}

/** Puts libmodbus' source into `folder`, once. Returns why it could not, or undefined. */
export function bringLibmodbusTests(folder, mayInstall) {
  if (existsSync(join(folder, 'tests', 'unit-test-server.c'))) return undefined
  if (!mayInstall) return 'that takes apt-get and root'
  const lines = sourceLines()
  if (!lines) return 'apt knows no archive that has libmodbus-dev'
  const work = mkdtempSync(join(tmpdir(), 'libmodbus-'))
  try {
    mkdirSync(join(work, 'lists', 'partial'), { recursive: true })
    writeFileSync(join(work, 'sources.list'), lines)
    const own = ['Etc::sourcelist=sources.list', 'Etc::sourceparts=-', 'State::lists=lists'].flatMap((setting) => {
      const [key, value] = setting.split('=')
      return ['-o', `Dir::${key}=${value === '-' ? '-' : join(work, value)}`]
    })
    const root = ['-o', 'APT::Sandbox::User=root']
    run('apt-get', [...own, ...root, 'update', '-qq'])
    const got = spawnSync('apt-get', [...own, ...root, 'source', '--download-only', '-qq', 'libmodbus'], {
      cwd: work,
      encoding: 'utf8',
    })
    const archive = readdirSync(work).find((name) => /^libmodbus_.*\.orig\.tar\./.test(name))
    if (!archive) return `apt-get source libmodbus: ${(got.stderr ?? '').trim().split('\n').at(-1)}`
    mkdirSync(folder, { recursive: true })
    const unpacked = run('tar', ['-xf', join(work, archive), '--strip-components=1', '-C', folder])
    return unpacked.status === 0 ? undefined : `tar: ${unpacked.stderr}`
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
