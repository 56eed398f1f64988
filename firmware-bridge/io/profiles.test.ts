import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { lintProfiles, shippedProfileIds, shippedProfiles, shippedProfilesFolder } from './profiles.ts'

t.test('the shipped profiles have neither problems nor advice', async (t) => {
  const { profiles, problems, advice } = await lintProfiles()
  t.same([...problems, ...advice].map(printProblem), [])
  t.same([...(await shippedProfiles()).keys()], [...profiles.keys()])
  t.same(await shippedProfileIds(), [...profiles.keys()], 'each stands in a folder of its own name')
})

t.test('a box reads only the shipped profiles it names', async (t) => {
  const all = await shippedProfiles()
  const some = await shippedProfiles(new Set(['eastron-sdm120', 'hydrant', 'mine']))
  t.same(
    [...some],
    ['eastron-sdm120', 'hydrant'].map((id) => [id, all.get(id)]),
  )
})

t.test('at least 40 profiles ship with the text of a source that was opened', async (t) => {
  const { sources } = await lintProfiles()
  const opened = [...sources.values()].filter((kind) => kind === 'opened')
  t.ok(opened.length >= 40, `${opened.length} profiles have an opened source`)
})

t.test('a profile that claims a source must show it, and one that shows none is unverified', async (t) => {
  const folder = t.testdir()
  const shipped = readFileSync(join(shippedProfilesFolder, 'tuf-2000m', 'profile.yaml'), 'utf8')
  const ship = (id: string, more: string, source?: string): void => {
    mkdirSync(join(folder, id))
    writeFileSync(join(folder, id, 'profile.yaml'), shipped.replace('profile: tuf-2000m', `profile: ${id}`) + more)
    if (source !== undefined) writeFileSync(join(folder, id, 'source.md'), source)
  }
  ship('claims', 'verified: true\n')
  ship('silent', '')
  ship('denied', 'verified: false\n', '- opened: 2026-01-31\n\n```text\na line\n```\n')
  ship('shown', '', '- opened: 2026-01-31\n\n```text\na line\n```\n')
  ship('undated', '', '```text\na line\n```\n')
  const { sources, problems } = await lintProfiles(folder)
  t.same(Object.fromEntries(sources), { denied: 'unverified', shown: 'opened', silent: 'unverified' })
  t.match(problems.map(printProblem), [
    /claims\/profile\.yaml:\d+:\d+: verified: is true, but no source\.md/,
    /undated\/source\.md:1:1: .*opened/,
  ])
})

t.test(
  'on a full disk contacts and states outlive measurements, and what a terminal says of itself goes first',
  async (t) => {
    const points = [...(await shippedProfiles()).values()].flatMap(({ profile, points }) =>
      points.map(({ id, unit, keep, edgeAlarm }) => ({ name: `${profile}/${id}`, id, unit, keep, edgeAlarm })),
    )
    const states = points.filter(({ unit, id }) => unit === 'onoff' && id !== 'valid')
    t.same(
      states.filter(({ keep }) => keep !== 'event').map(({ name }) => name),
      [],
    )
    const ofItself = points.filter(({ id }) => /^(battery|battery_level|supply_voltage|board_temperature)$/.test(id))
    t.ok(ofItself.length > 5)
    t.same(
      ofItself.filter(({ keep }) => keep !== 'debug').map(({ name }) => name),
      [],
    )
    const quiet = points.filter(({ keep, edgeAlarm }) => keep === 'debug' && edgeAlarm)
    t.same(quiet, [], 'nothing that raises an alarm at the edge')
  },
)

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
