// `npm run bundle -- gateway --platform linux-x64|linux-arm64 [--out DIR]`: what is installed on an edge box, in one archive: plain JavaScript,
// that platform's binaries and Node, unit and installer, licences, check sums. It needs no npm, no compiler and no network there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { writeProgram } from './program.ts'

const root = dirname(import.meta.dirname)
const platforms = ['linux-x64', 'linux-arm64'] as const
type Platform = (typeof platforms)[number]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { platform: { type: 'string' }, out: { type: 'string', default: join(root, 'var/bundles') } },
})
const platform = platforms.find((one) => one === values.platform)
if (positionals[0] !== 'gateway' || !platform) {
  console.error(`usage: npm run bundle -- gateway --platform ${platforms.join('|')} [--out DIR]`)
  process.exit(2)
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const version: string = manifest.version
const name = `civitals-gateway-${version}-${platform}`
const folder = join(resolve(values.out), name)
rmSync(folder, { recursive: true, force: true })
mkdirSync(join(folder, 'app'), { recursive: true })

const packages = await writeProgram(join(folder, 'app'), version)
copyBinaries(platform)
copyData()
writeLicences(packages)
writeChecksums()
const archive = `${folder}.tar.gz`
run('tar', ['-C', dirname(folder), '-czf', archive, '--owner=0', '--group=0', name])
report()

function copyBinaries(target: Platform): void {
  mkdirSync(join(folder, 'bin'))
  mkdirSync(join(folder, 'native'))
  copyFileSync(nodeOf(target), join(folder, 'bin/node'))
  // Its name also says the generation of the processor where there are several.
  const prebuilt = join(root, 'node_modules/@serialport/bindings-cpp/prebuilds', target)
  const [addOn] = globSync(join(prebuilt, '*{.,-}glibc.node'))
  if (!addOn) throw new Error(`serialport brings no binary for ${target}`)
  copyFileSync(addOn, join(folder, 'native/serialport.node'))
}

/** The Node of the lock file for that platform: installed here, or fetched as the package it is. */
function nodeOf(target: Platform): string {
  const installed = join(root, 'node_modules', `node-${target}`, 'bin/node')
  if (existsSync(installed)) return installed
  const cache = join(root, 'var/bundles/node', `${target}-${manifest.optionalDependencies[`node-${target}`]}`)
  const node = join(cache, 'package/bin/node')
  if (existsSync(node)) return node
  mkdirSync(cache, { recursive: true })
  const wanted = `node-${target}@${manifest.optionalDependencies[`node-${target}`]}`
  run('npm', ['pack', wanted, '--pack-destination', cache, '--silent'])
  const [packed] = globSync(join(cache, '*.tgz'))
  if (!packed || !integrityHolds(packed, target)) throw new Error(`${wanted} is not what the lock file says`)
  run('tar', ['-C', cache, '-xzf', packed])
  return node
}

function integrityHolds(file: string, target: Platform): boolean {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const integrity: string = lock.packages[`node_modules/node-${target}`].integrity
  return integrity === `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
}

function copyData(): void {
  const profiles = join(root, 'firmware-bridge/profiles')
  for (const file of globSync('**/{*.yaml,source.md}', { cwd: profiles, exclude: (path) => path.includes('golden') })) {
    cpSync(join(profiles, file), join(folder, 'profiles', file))
  }
  for (const file of ['civitals', 'civitals-gateway.service', 'install.sh', 'README.md']) {
    copyFileSync(join(import.meta.dirname, 'gateway', file), join(folder, file))
  }
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
}

function writeLicences(used: ReadonlySet<string>): void {
  const texts = [...used].sort().map((path) => {
    const { name: title, version: release, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
    const [file] = globSync(join(path, '{LICENSE,LICENCE,license,COPYING}*'))
    return `${title} ${release} (${license})\n\n${file ? readFileSync(file, 'utf8') : ''}`
  })
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), texts.join(`\n${'-'.repeat(78)}\n\n`))
}

function writeChecksums(): void {
  const files = globSync('**/*', { cwd: folder }).filter((file) => statSync(join(folder, file)).isFile())
  const lines = files.sort().map((file) => {
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex')
    return `${digest}  ${file}`
  })
  writeFileSync(join(folder, 'SHA256SUMS'), `${lines.join('\n')}\n`)
}

function report(): void {
  const bytes = (path: string): number =>
    globSync('**/*', { cwd: path })
      .map((file) => statSync(join(path, file)))
      .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
  const beside = bytes(folder) - statSync(join(folder, 'bin/node')).size
  const MB = (count: number): string => `${(count / 1e6).toFixed(1)} MB`
  console.log(
    `${relative(process.cwd(), archive)}: ${MB(statSync(archive).size)}; unpacked ${MB(beside)} beside the Node binary (target < 12 MB)`,
  )
}

function run(command: string, args: readonly string[]): void {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (done.status !== 0) throw new Error(`${basename(command)} ${args.join(' ')} failed`)
}
