// `npm run bench -- edge [NAME ...]`: runs the scripts of a folder of bench/ one after the other; each prints its figures beside
// their targets. Ends with how many were met, and fails when a script itself fails.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'

const [folder, ...names] = process.argv.slice(2)
const scripts = globSync(join(import.meta.dirname, folder ?? '', '*.ts'))
  .filter((file) => folder !== undefined && (names.length === 0 || names.includes(basename(file, '.ts'))))
  .sort()
if (scripts.length === 0) {
  console.error('usage: npm run bench -- edge [NAME ...]   (names: the files of bench/edge)')
  process.exit(2)
}

const counts = { met: 0, missed: 0 }
const failed: string[] = []
for (const script of scripts) {
  const done = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  process.stdout.write(done.stdout)
  counts.met += done.stdout.match(/\| met \|$/gm)?.length ?? 0
  counts.missed += done.stdout.match(/\| missed \|$/gm)?.length ?? 0
  if (done.status !== 0) failed.push(basename(script))
}
console.log(`${counts.met} figures met their target, ${counts.missed} missed it`)
for (const name of failed) console.log(`failed: ${name}`)
process.exitCode = failed.length > 0 ? 1 : 0
