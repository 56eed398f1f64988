// Loaded before a program (`node --import`): one file of the project reads as the mutation named in CIVITALS_MUTATION makes it.
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../stage/process.ts'
import { mutate, mutations } from './mutations.ts'

const mutation = mutations.find(({ name }) => name === process.env.CIVITALS_MUTATION)
if (!mutation) throw new Error(`no mutation is named ${process.env.CIVITALS_MUTATION}`)
const target = pathToFileURL(join(root, mutation.file)).href

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (url !== target || loaded.source === undefined) return loaded
    return { ...loaded, source: mutate(mutation, Buffer.from(loaded.source as Uint8Array).toString('utf8')) }
  },
})
