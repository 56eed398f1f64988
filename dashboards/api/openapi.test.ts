import t from 'tap'
import { serveFixture } from '../test/serve-fixture.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly responses: Record<string, { content?: Record<string, unknown> }>
  readonly parameters?: readonly { name: string; in: string; schema: unknown }[]
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, unknown> }
}

const { server } = await serveFixture()
const document = (await server.inject('/api/v1/openapi.json')).json<Document>()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

t.test('every route of the server is in the document, and nothing else', async (t) => {
  const served: string[] = []
  const branch: string[] = []
  // The tree of printRoutes: four characters of indent a level, each line the rest of its parent's path.
  for (const line of server.printRoutes().split('\n')) {
    const [, indent = '', part = '', methods] = /^((?:│ {3}| {4})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? []
    const depth = indent.length / 4
    branch.splice(depth, branch.length, part)
    for (const method of methods?.split(', ') ?? []) if (method !== 'HEAD') served.push(`${method} ${branch.join('')}`)
  }
  const described = operations.map(
    ({ path, method }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
  )
  t.same(served.sort(), described.sort())
})

t.test('it is an OpenAPI 3.1 document whose operations are described and named once', async (t) => {
  t.match(document.openapi, /^3\.1\./)
  t.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, operations.length)
  for (const { path, operation } of operations) {
    t.ok(operation.summary.length > 5, `${path} has a summary`)
    t.ok(
      Object.keys(operation.responses).some((status) => /^2\d\d$/.test(status)),
      `${path} says what it answers`,
    )
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    const described = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name)
    t.same(described, inPath, `${path} describes its path`)
  }
})

t.test('every reference leads somewhere', async (t) => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)]
  t.ok(references.length > 20)
  for (const [, kind, name] of references) {
    const group = (document.components as Record<string, Record<string, unknown>>)[kind ?? ''] ?? {}
    t.ok(Object.hasOwn(group, name ?? ''), `${kind}/${name}`)
  }
})
