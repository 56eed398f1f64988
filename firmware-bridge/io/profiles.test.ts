import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { lintProfiles, shippedProfiles } from './profiles.ts'

t.test('the shipped profiles have neither problems nor advice', async (t) => {
  const { profiles, problems, advice } = await lintProfiles()
  t.same([...problems, ...advice].map(printProblem), [])
  t.equal(profiles.size, 18)
  t.same([...(await shippedProfiles()).keys()], [...profiles.keys()])
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
