// A real VictoriaMetrics for tests: Debian's, on a port and folder of its own. It takes the line protocol of InfluxDB 2.x.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '@civitals/contracts/testing/free-port'

/** Why tests on VictoriaMetrics must be skipped here, or false. */
export const victoriaMissing: string | false =
  spawnSync('victoria-metrics', ['-version']).status === 0 ? false : 'Debian package victoria-metrics is not installed'

/** One series as /api/v1/export gives it. */
export interface ExportedSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly number[]
  readonly timestamps: readonly number[]
}

export interface Victoria {
  readonly url: string
  /** Every series a selector finds, by its own export. */
  exported(selector: string): Promise<readonly ExportedSeries[]>
  stop(): Promise<void>
}

/** Starts one and waits until it answers. */
export async function startVictoria(): Promise<Victoria> {
  const folder = mkdtempSync(join(tmpdir(), 'civitals-victoria-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const places = [`-storageDataPath=${folder}`, `-httpListenAddr=${new URL(url).host}`, '-retentionPeriod=100y']
  const child = spawn('victoria-metrics', places, { stdio: 'ignore' })
  const endWithUs = (): boolean => child.kill('SIGKILL')
  process.once('exit', endWithUs)
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs)
    const ended = child.exitCode !== null || child.signalCode !== null
    if (!ended) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const healthy = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
  for (let attempt = 0; !(await healthy()); attempt++) {
    if (attempt === 600 || child.exitCode !== null) {
      await stop()
      throw new Error(`VictoriaMetrics does not answer at ${url}`)
    }
    await setTimeout(50)
  }
  return {
    url,
    stop,
    exported: async (selector) => {
      // What was taken is seen by queries after a flush at the latest.
      await fetch(`${url}/internal/force_flush`)
      const answer = await fetch(`${url}/api/v1/export?match[]=${encodeURIComponent(selector)}`)
      const lines = (await answer.text()).split('\n').filter((line) => line !== '')
      return lines.map((line) => JSON.parse(line) as ExportedSeries)
    },
  }
}
