// A workspace imports only from workspaces above it in the list of package.json: the direction data passes.
import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..')
const order: readonly string[] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).workspaces
const narrow: Readonly<Record<string, readonly string[]>> = { gateway: ['contracts', 'firmware-bridge'] }

const imports = /(?:^\s*import|^(?:import|export)?[^'\n]*\bfrom)\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm

function importedBy(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(imports)].map((match) => match[1] ?? match[2] ?? '')
}

function sources(workspace: string): string[] {
  return globSync(join(root, workspace, '**/*.{ts,svelte}'), {
    exclude: (path) => path.includes('node_modules') || path.includes('/dist/'),
  })
}

t.test('every workspace imports only from workspaces above it', async (t) => {
  for (const [place, workspace] of order.entries()) {
    const allowed = narrow[workspace] ?? order.slice(0, place)
    for (const file of sources(workspace)) {
      for (const specifier of importedBy(file)) {
        const target = /^@civitals\/([^/]+)/.exec(specifier)?.[1]
        if (target) t.ok(allowed.includes(target), `${relative(root, file)} may not import ${specifier}`)
      }
    }
  }
})

t.test('no relative import leaves its workspace', async (t) => {
  for (const workspace of order) {
    const folder = join(root, workspace)
    for (const file of sources(workspace)) {
      for (const specifier of importedBy(file).filter((name) => name.startsWith('.'))) {
        const target = join(file, '..', specifier)
        t.ok(target.startsWith(`${folder}/`), `${relative(root, file)} leaves ${workspace} by ${specifier}`)
      }
    }
  }
})

t.test('only io folders and main.ts touch the clock, timers, files and network', async (t) => {
  const worldly =
    /\bfrom 'node:(fs|net|http|https|dgram|tls|child_process|worker_threads)(\/promises)?'|\bDate\.now\(|\bset(Timeout|Interval|Immediate)\(/
  for (const workspace of order.filter((name) => name !== 'cli')) {
    for (const file of sources(workspace)) {
      const path = relative(root, file)
      if (/\/io\/|\/main\.ts$|\.test\.ts$|^dashboards\/pages\/|\/(test|testing)\//.test(path)) continue
      t.notMatch(readFileSync(file, 'utf8'), worldly, `${path} is meant to be pure`)
    }
  }
})

t.test('every package a workspace imports stands among its own dependencies', async (t) => {
  for (const workspace of order) {
    const manifest = JSON.parse(readFileSync(join(root, workspace, 'package.json'), 'utf8'))
    const declared = Object.keys(manifest.dependencies ?? {})
    const imported = new Set<string>()
    for (const file of sources(workspace).filter(
      (name) => !/\.test\.ts$|\/testing\/|\/test\/|\/pages\/|conformance|vite\.config/.test(name),
    )) {
      for (const specifier of importedBy(file)) {
        const name = /^(@[^/]+\/[^/]+|[a-z][^/:]*)(\/|$)/.exec(specifier)?.[1]
        if (name && name !== `@civitals/${workspace}`) imported.add(name)
      }
    }
    for (const name of imported) t.ok(declared.includes(name), `${workspace} imports ${name} and does not declare it`)
  }
})
