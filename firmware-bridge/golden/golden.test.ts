// A bug report becomes a folder: frames as they stood on the wire, and what a technician expects to read. The frames were
// published by others or built outside this project (Python's struct, check sums written from the standards), never with our own encoder.
import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { shippedProfiles, shippedProfilesFolder } from '../io/profiles.ts'
import { modbusPoints } from '../profile.ts'
import { protocols } from '../profile-schema.ts'
import { lintGolden } from './io/lint-golden.ts'

t.test('every profile has golden cases and every case reads as expected', async (t) => {
  const profiles = await shippedProfiles()
  const { cases, problems, without, unseen } = await lintGolden(shippedProfilesFolder, profiles)
  t.ok(cases >= profiles.size, `${cases} cases`)
  t.same(problems.map(printProblem), [])
  t.same(without, [])
  const elements = [...unseen].filter(([id]) => profiles.get(id)?.protocol !== 'modbus')
  t.same(elements, [], 'every point of a protocol that names its elements has a value in a golden case')
})

t.test('every protocol has a profile', async (t) => {
  const spoken = new Set([...(await shippedProfiles()).values()].map(({ protocol }) => protocol))
  t.same([...spoken].sort(), [...protocols].sort())
})

t.test('every function, every type and every word order is exercised by a golden case', async (t) => {
  const reads = [...(await shippedProfiles()).values()].flatMap((profile) =>
    modbusPoints(profile).map((point) => point.read),
  )
  t.same([...new Set(reads.map((read) => read.function))].sort(), ['coil', 'discrete', 'holding', 'input'])
  t.same([...new Set(reads.map((read) => read.type))].sort(), ['bit', 'f32', 'i16', 'i32', 'u16', 'u32'])
  t.same([...new Set(reads.map((read) => read.order ?? 'ABCD'))].sort(), ['ABCD', 'BADC', 'CDAB', 'DCBA'])
})
