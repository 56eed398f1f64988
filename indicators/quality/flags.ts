/** QARTOD primary flag: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing [IOOS QARTOD, primary flags]. */
export type Flag = 1 | 2 | 3 | 4 | 9

/** Tests in the order they are made [reference 6.1]; `device` is what the terminal itself said of the reading. */
export const qualityTests = [
  'syntax',
  'time',
  'device',
  'range',
  'rate',
  'spike',
  'flat',
  'attenuated',
  'neighbours',
  'cross',
] as const
export type QualityTest = (typeof qualityTests)[number]

/** A set of tests as bits: verdicts are made a million times a second and stored by the thousand. */
export type TestBits = number

export const bitOf: Readonly<Record<QualityTest, TestBits>> = {
  syntax: 1,
  time: 2,
  device: 4,
  range: 8,
  rate: 16,
  spike: 32,
  flat: 64,
  attenuated: 128,
  neighbours: 256,
  cross: 512,
}

/** Names of the tests in a set, in the order they are made. */
export const testsOf = (bits: TestBits): QualityTest[] => qualityTests.filter((test) => (bits & bitOf[test]) !== 0)

// Missing gives way to everything, fail to nothing [ioos_qc qartod_compare].
const rank: Readonly<Record<Flag, number>> = { 9: 0, 2: 1, 1: 2, 3: 3, 4: 4 }

/** The flag of a reading from those of its tests: the worst one. */
export const worseFlag = (a: Flag, b: Flag): Flag => (rank[a] >= rank[b] ? a : b)
