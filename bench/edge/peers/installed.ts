// The edge bundle of this machine's kind, and its gateway started as an edge box starts it: its own Node, no environment.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { type Ending, type Running, root, start } from '../../../test/stage/process.ts'

/** Makes the bundle; returns its folder. */
export function buildBundle(): string {
  const out = join(root, 'var/bundles')
  const platform = `linux-${process.arch}`
  const words = ['run', '-s', 'bundle', '--', 'gateway', '--platform', platform, '--out', out]
  const done = spawnSync('npm', words, { cwd: root, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`the bundle could not be made: ${done.stderr}`)
  const [folder] = globSync(join(out, `civitals-gateway-*-${platform}`))
  if (!folder) throw new Error('no bundle')
  return folder
}

/** `environment`: what the unit of the box would set, `NAME=value`. */
export function startInstalled(
  ending: Ending,
  bundle: string,
  config: string,
  environment: readonly string[] = [],
): Running {
  const command = [join(bundle, 'civitals'), 'gateway', 'run', '--config', config]
  return start(ending, 'env', ['-i', 'PATH=/usr/bin:/bin', ...environment, ...command])
}

/** A profile of so many whole points, as the architecture counts a terminal's. */
export const profileOf = (id: string, points: number): string => `profile: ${id}
version: 1
kind: bench
group: bench
protocol: modbus
name: { zh: 测试, en: Bench }
source: this bench
verified: false
reportEvery: 60s
points:
${Array.from({ length: points }, (_, place) => pointAt(place)).join('\n')}
`

const pointAt = (address: number): string => `  - id: p${address}
    name: { zh: 测点, en: Point }
    unit: none
    class: normal
    resolution: 1
    range: [0, 65535]
    read: { function: holding, address: ${address}, type: u16 }`
