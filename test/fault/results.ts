// What was found is kept, one file a scenario, so that a page can be put together from runs of parts.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from './page.ts'
import type { Scenario } from './scenario.ts'

const fileOf = (folder: string, { name }: Scenario): string =>
  join(folder, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.json`)

export function keepResult(folder: string, { scenario, ...found }: Result): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(fileOf(folder, scenario), JSON.stringify(found, null, 1))
}

/** The newest result of each of these that was ever run here. */
export function keptResults(folder: string, scenarios: readonly Scenario[]): Result[] {
  return scenarios
    .filter((scenario) => existsSync(fileOf(folder, scenario)))
    .map((scenario) => ({
      ...(JSON.parse(readFileSync(fileOf(folder, scenario), 'utf8')) as Omit<Result, 'scenario'>),
      scenario,
    }))
}
