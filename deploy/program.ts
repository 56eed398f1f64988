// The program of an edge box as plain JavaScript, packed with rolldown.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

const root = dirname(import.meta.dirname)

/** Every module of the edge command in one folder; says which packages they came from. */
export async function writeProgram(to: string, version: string): Promise<Set<string>> {
  const used = new Set<string>()
  const build = await rolldown({
    input: { civitals: join(root, 'cli/edge.ts') },
    platform: 'node',
    external: [/^node:/],
    // Modules written for CommonJS, the serial port's among them, know where they stand by this name, which a module has not.
    transform: { define: { __dirname: 'import.meta.dirname' } },
    plugins: [threads(), replaced(), ascii(), { name: 'packages', load: (id: string) => void used.add(id) }],
    onLog: (level, log) => {
      if (level === 'warn') console.error(`bundle: ${log.message}`)
    },
  })
  await build.write({
    dir: to,
    format: 'esm',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  })
  writeFileSync(join(to, 'package.json'), `${JSON.stringify({ name: 'civitals-gateway', version, type: 'module' })}\n`)
  return new Set([...used].flatMap((id) => packageOf(id) ?? []))
}

/** A worker thread begins at a file of its own: what is named beside `import.meta.url` is packed and named as it is called there. */
function threads(): Plugin {
  const named = /new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g
  return {
    name: 'threads',
    transform(code, id) {
      if (!id.startsWith(root) || !named.test(code)) return undefined
      return code.replace(named, (_, file: string) => {
        const reference = this.emitFile({ type: 'chunk', id: join(dirname(id), file) })
        return `new URL(import.meta.ROLLUP_FILE_URL_${reference})`
      })
    },
  }
}

/**
 * Modules an edge box has no use for, each with what stands in its place. The serial port's add-on is one N-API binary a platform, loaded by
 * name instead of searched for. mqtt.js brings WebSockets, proxies, timers in workers and a copy of Node's streams for browsers:
 * without them the gateway takes 10 MB less.
 */
const replacements: Readonly<Record<string, string>> = {
  'node-gyp-build': `import { createRequire } from 'node:module'
    export default () => createRequire(import.meta.url)('../native/serialport.node')`,
  mqtt: `export { default as MqttClient } from ${JSON.stringify(join(root, 'node_modules/mqtt/build/lib/client.js'))}`,
  'readable-stream': `export * from 'node:stream'
    export { default } from 'node:stream'`,
  'worker-timers': `const { setInterval: start, clearInterval: stop } = globalThis
    export { stop as clearInterval, start as setInterval }`,
}

function replaced(): Plugin {
  return {
    name: 'replaced',
    resolveId: (source) => (Object.hasOwn(replacements, source) ? `\0${source}` : undefined),
    load: (id) => (id.startsWith('\0') ? replacements[id.slice(1)] : undefined),
  }
}

/** Folder of the npm package a module belongs to. */
function packageOf(id: string): string | undefined {
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]
}

/** V8 keeps text beyond Latin-1 in two bytes a character: one arrow in a comment would double the memory of a whole file. */
function ascii(): Plugin {
  return {
    name: 'ascii',
    generateBundle(_, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type === 'chunk') output.code = output.code.replace(/[^ -~\s]/g, escaped)
      }
    },
  }
}

const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
