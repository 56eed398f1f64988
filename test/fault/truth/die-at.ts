// Loaded before the centre (`node --import`): at the place named in CIVITALS_DIE_AT it kills itself, now and then, as kill -9 would at that very
// instant. No line of this stands in the program.
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { root } from '../../stage/process.ts'

interface Place {
  readonly file: string
  /** Stands there once; death comes before it. */
  readonly before: string
  readonly chance: number
}

const settler = 'ingest/settle/settler.ts'

export const places: Readonly<Record<string, Place>> = {
  'between (a) and (b)': {
    file: settler,
    before: '    await this.#storeState({ ...made, rejects, configurations })\n',
    chance: 0.04,
  },
  'between (b) and the acknowledgement': {
    file: settler,
    before: '    acknowledger.settled(gateways)\n',
    chance: 0.04,
  },
  'between the files of an hour that is closed': {
    file: 'storage/series/duckdb/io/day-files.ts',
    before: '      renameSync(path, made)\n',
    chance: 0.5,
  },
}

/** The text with death before its place. Throws when the place is gone. */
export function deadly({ file, before, chance }: Place, text: string): string {
  const parts = text.split(before)
  if (parts.length !== 2) throw new Error(`the place to die at stands ${parts.length - 1} times in ${file}`)
  return parts.join(`    if (Math.random() < ${chance}) process.kill(process.pid, 'SIGKILL')\n${before}`)
}

const place = places[process.env.CIVITALS_DIE_AT ?? '']
if (place && isMainThread) {
  const target = pathToFileURL(join(root, place.file)).href
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (url !== target || loaded.source === undefined) return loaded
      return { ...loaded, source: deadly(place, Buffer.from(loaded.source as Uint8Array).toString('utf8')) }
    },
  })
}

export const dyingAt = (name: string): NodeJS.ProcessEnv => ({
  CIVITALS_DIE_AT: name,
  NODE_OPTIONS: `--import=${pathToFileURL(import.meta.filename).href}`,
})
