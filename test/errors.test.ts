// docs/errors.md, the code and each other: every error code that is used is explained, and none is explained that is not used.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..')
const workspaces: readonly string[] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).workspaces

t.test('every error code stands in docs/errors.md with cause and remedy, and no other', async (t) => {
  const used = new Set<string>()
  const files = globSync(`{${workspaces.join(',')}}/**/*.ts`, {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  })
  const sources = files.filter((file) => !/\.test\.ts$|\/test(ing)?\//.test(file))
  for (const file of sources) {
    for (const [, code] of readFileSync(join(root, file), 'utf8').matchAll(/'(CIV_[A-Z0-9]+_[A-Z0-9_]+)'/g))
      used.add(code!)
  }
  const rows = readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(
    /^\| `(CIV_[A-Z0-9_]+)` \| ([^|]+) \| ([^|]+) \|$/gm,
  )
  const explained = new Map([...rows].map(([, code, cause, remedy]) => [code!, [cause, remedy]]))
  t.ok(used.size > 20, `${used.size} codes are used`)
  t.same([...explained.keys()].sort(), [...used].sort())
})
