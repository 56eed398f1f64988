import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { lintProfiles, shippedProfiles, shippedProfilesFolder } from './profiles.ts'

t.test('the shipped profiles have neither problems nor advice', async (t) => {
  const { profiles, problems, advice } = await lintProfiles()
  t.same([...problems, ...advice].map(printProblem), [])
  t.same([...(await shippedProfiles()).keys()], [...profiles.keys()])
})

t.test('at least 40 profiles ship with the text of their source', async (t) => {
  const opened = /^- (opened: \d{4}-\d{2}-\d{2}|platform convention: )/m
  const verified: string[] = []
  for (const id of (await shippedProfiles()).keys()) {
    const file = join(shippedProfilesFolder, id, 'source.md')
    if (!existsSync(file)) continue
    const text = readFileSync(file, 'utf8')
    t.match(text, /```text\n[^`]+\n```/, `${id}: register lines`)
    t.match(text, opened, `${id}: when it was opened, or that it is ours`)
    verified.push(id)
  }
  t.ok(verified.length >= 40, `${verified.length} profiles have a source`)
})

t.test('a point has one unit in all profiles of its kind: indicators take it from any of them', async (t) => {
  const units = new Map<string, string>()
  for (const { profile, kind, points } of (await shippedProfiles()).values()) {
    for (const { id, unit } of points) {
      const known = units.get(`${kind}/${id}`) ?? unit
      t.equal(unit, known, `${profile}: ${kind}/${id}`)
      units.set(`${kind}/${id}`, known)
    }
  }
})

t.test("a folder of profiles of one's own: good ones are kept, bad ones are told with their place", async (t) => {
  const folder = t.testdir()
  for (const id of ['broken', 'empty']) mkdirSync(join(folder, id))
  writeFileSync(join(folder, 'broken', 'profile.yaml'), 'profile: [\n')
  const { profiles, problems } = await lintProfiles(folder)
  t.equal(profiles.size, 0)
  t.match(
    problems.map(printProblem).join('\n'),
    /broken\/profile\.yaml:\d+:\d+: [\s\S]*empty\/profile\.yaml:1:1: cannot be read/,
  )
})

t.test('a folder that is not there, or holds nothing, is a problem', async (t) => {
  t.match((await lintProfiles(join(t.testdir(), 'nowhere'))).problems, [
    { message: 'is not a folder that can be read' },
  ])
  t.match((await lintProfiles(t.testdir({ nothing: {} }))).problems, [{ message: 'cannot be read' }])
})
