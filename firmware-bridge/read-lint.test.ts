// What a profile may not ask of a terminal, of the protocol, or of arithmetic: it does not load, and says where.
import { printProblem } from '@civitals/contracts/document'
import t from 'tap'
import { checkProfile } from './check-profile.ts'

interface Written {
  readonly read: string
  readonly more?: string
  readonly head?: string
  readonly range?: string
  readonly resolution?: number
  readonly class?: string
}

const profileOf = (points: readonly Written[], head = ''): string => `profile: gauge
version: 1
kind: gauge
group: water
protocol: modbus
name: { zh: 计, en: Gauge }
source: manual, page 12
reportEvery: 60s
${head}points:
${points
  .map(
    ({ read, more = '', range = '[-1e9, 1e9]', resolution = 1, class: polled = 'normal' }, place) => `  - id: p${place}
    name: { zh: 点, en: Point }
    unit: none
    class: ${polled}
    resolution: ${resolution}
    range: ${range}
    read: { ${read} }
${more}`,
  )
  .join('')}`

function problems(...points: readonly Written[]): string[] {
  const checked = checkProfile(profileOf(points, points[0]?.head), 'gauge/profile.yaml')
  return checked.ok ? [] : checked.problems.map(printProblem)
}
const problem = (read: string, more: Partial<Written> = {}): string => problems({ read, ...more }).join('\n')

t.test('a read beyond what the protocol allows does not load', async (t) => {
  t.match(problem('function: holding, address: 65536, type: u16'), /:16:\d+: points\.0\.read\.address: /)
  t.match(problem('function: holding, address: -1, type: u16'), /read\.address/)
  t.match(problem('function: holding, address: 65535, type: u32'), /u32 at 65535 reaches beyond 65535/)
  t.match(problem('function: holding, address: 65533, type: u64'), /u64 at 65533 reaches beyond 65535/)
  t.equal(problem('function: holding, address: 65532, type: u64', { resolution: 1e6 }), '')
  const text = { class: 'identity' }
  t.match(problem('function: holding, address: 0, type: string, length: 126', text), /read\.length/, '125 registers')
  t.match(problem('function: holding, address: 65500, type: string, length: 37', text), /reaches beyond 65535/)
  t.equal(problem('function: holding, address: 65500, type: string, length: 36', text), '')
  t.match(problem('function: holdin, address: 0, type: u16'), /did you mean holding/)
})

t.test('limits of the terminal: registers of one read, places never read', async (t) => {
  const head = 'limits: { maxRegisters: 2, forbidden: [{ function: holding, from: 10, to: 19 }] }\n'
  t.match(
    problem('function: holding, address: 0, type: f64', { head }),
    /takes 4 registers, but one read may ask for 2/,
  )
  t.match(problem('function: holding, address: 9, type: u32', { head }), /holding 10 to 19 must not be read/)
  t.match(problem('function: holding, address: 19, type: u16', { head }), /holding 10 to 19 must not be read/)
  t.equal(problem('function: holding, address: 20, type: u16', { head }), '')
  t.equal(problem('function: input, address: 10, type: u16', { head }), '', 'another table')
  const limits = (text: string): string =>
    problem('function: holding, address: 0, type: u16', { head: `limits: ${text}\n` })
  t.match(limits('{ maxRegisters: 126 }'), /limits\.maxRegisters: must be <= 125/)
  t.match(limits('{ maxBits: 2001 }'), /limits\.maxBits: must be <= 2000/)
  t.match(limits('{ maxRegisters: 0 }'), /limits\.maxRegisters: must be >= 1/)
  t.match(
    limits('{ forbidden: [{ function: holding, from: 9, to: 8 }] }'),
    /limits\.forbidden\.0\.from: must not be above `to`/,
  )
})

t.test('quirks have bounds', async (t) => {
  const quirks = (text: string): string =>
    problem('function: holding, address: 0, type: u16', { head: `quirks: ${text}\n` })
  t.equal(quirks('{ pauseMs: 100, oneRequestPerPoint: true, highestTransactionId: 255, turnaroundMs: 50 }'), '')
  t.match(quirks('{ pauseMs: -1 }'), /quirks\.pauseMs/)
  t.match(quirks('{ highestTransactionId: 0 }'), /quirks\.highestTransactionId/)
  t.match(quirks('{ pause: 1 }'), /unknown key; did you mean pauseMs\?/)
})

t.test('keys go with the types they are for', async (t) => {
  const says = (read: string, message: RegExp): void =>
    void t.match(problem(`function: holding, address: 0, ${read}`), message, read)
  says('type: u16, bit: 3', /read\.bit: is for type bit/)
  says('type: bit', /`bit: 0` to 15 is one bit of it/)
  says('type: bit, bit: 16', /read\.bit: must be <= 15/)
  says('type: u16, byte: high', /read\.byte: is for u8 and i8/)
  says('type: u16, length: 2', /read\.length: is for type string/)
  says('type: string', /class identity|needs its `length`/)
  says('type: f32, order: ABCDEFGH', /f32 has an order of 4 letters/)
  says('type: f64, order: CDAB', /f64 has an order of 8 letters/)
  says('type: f64, order: ABCDEFHG', /read\.order/)
  says('type: bcd16, order: DCBA', /bcd16 has no word order/)
  says('type: f32, mask: 255', /read\.mask: is for unsigned numbers, not f32/)
  says('type: i16, mask: 255', /read\.mask: is for unsigned numbers, not i16/)
  says('type: u16, mask: 65536', /read\.mask: has more bits than u16/)
  says('type: bcd16, shift: 4', /read\.shift: is for whole numbers, not bcd16/)
  says('type: u16, shift: 16', /read\.shift: leaves nothing of u16/)
  says('type: f32, values: { 0: 0 }', /read\.values: are for whole numbers, not f32/)
  says('type: u16, mask: 0x30, shift: 4, values: { 4: 0 }', /read\.values\.4: u16 is never 4 here/)
  says('type: u16, values: { 0: 0 }, scale: 2', /read\.values: stands instead of scale and offset/)
  says('type: u16, missing: [65536]', /read\.missing\.0: u16 is never 65536/)
  says('type: i16, missing: [0, 1.5]', /read\.missing\.1: i16 is never 1.5/)
  says('type: bcd32, missing: [100000000]', /bcd32 is never 100000000/)
  t.match(problem('function: discrete, address: 0, type: bit, bit: 2'), /a discrete is one bit already/)
  t.match(problem('function: coil, address: 0, type: u16'), /a coil holds a bit, not u16/)
})

t.test('a range the type can never reach', async (t) => {
  t.match(
    problem('function: holding, address: 0, type: u16, scale: 0.1', { range: '[7000, 8000]' }),
    /it reaches from 0 to 6553\.5/,
  )
  t.match(
    problem('function: holding, address: 0, type: u16, mask: 0x0F', { range: '[16, 20]' }),
    /it reaches from 0 to 15/,
  )
  t.match(problem('function: holding, address: 0, type: bcd16', { range: '[-5, -1]' }), /it reaches from 0 to 9999/)
})

t.test('64-bit numbers beyond 2^53 need a resolution that hides their steps', async (t) => {
  const wide = { range: '[0, 18e18]' }
  t.match(
    problem('function: holding, address: 0, type: u64', wide),
    /points\.0\.resolution: is finer than the step of 2048/,
  )
  t.equal(problem('function: holding, address: 0, type: u64', { ...wide, resolution: 4096 }), '')
  t.equal(problem('function: holding, address: 0, type: i64', { range: '[-9e15, 9e15]' }), '')
})

t.test('parts of one register may stand side by side, and not over each other', async (t) => {
  const at = (keys: string): Written => ({ read: `function: holding, address: 4, ${keys}` })
  t.same(problems(at('type: u8, byte: high'), at('type: u8, byte: low')), [])
  t.same(problems(at('type: bit, bit: 0'), at('type: bit, bit: 15'), at('type: u16, mask: 0x0FFE')), [])
  t.match(problems(at('type: u8, byte: high'), at('type: bit, bit: 8')), [/overlaps the holding registers of p0/])
  t.match(problems(at('type: u16, mask: 0x30'), at('type: u16, mask: 0x10')), [/overlaps the holding registers of p0/])
  t.match(problems(at('type: u16'), at('type: bit, bit: 8')), [/overlaps/])
  t.match(problems(at('type: u32, mask: 255'), at('type: u16, mask: 0xFF00')), [/overlaps/])
  t.match(problems(at('type: u32, mask: 255'), at('type: u32, order: CDAB, mask: 0xFF00')), [/overlaps/])
})

t.test('what may be written', async (t) => {
  const writes = (read: string, write: string): string =>
    problem(read, { range: '[0, 100]', more: `    write: ${write}\n` })
  const holding = 'function: holding, address: 0, type: u16'
  t.equal(writes(holding, '{ function: holding, range: [0, 100] }'), '')
  t.match(writes(holding, '{ function: holding, range: [0, 101] }'), /write\.range: lies outside the possible range/)
  t.match(writes(holding, '{ function: holding, range: [9, 1] }'), /write\.range: the lower end must not be above/)
  t.match(writes(holding, '{ function: coil, range: [0, 1] }'), /write\.function: the point is read from holding/)
  t.match(
    writes(`${holding}, mask: 15`, '{ function: holding, range: [0, 1] }'),
    /write: a part of a register cannot be written/,
  )
  t.match(
    writes('function: holding, address: 0, type: bit, bit: 1', '{ function: holding, range: [0, 1] }'),
    /a part of a register/,
  )
  t.match(writes('function: input, address: 0, type: u16', '{ function: input, range: [0, 1] }'), /write\.function/)
  t.equal(writes('function: coil, address: 0, type: bit', '{ function: coil, range: [0, 1] }'), '')
  const small = problem('function: holding, address: 0, type: u8', {
    more: '    write: { function: holding, range: [0, 9] }\n',
  })
  t.match(small, /a part of a register/)
})

t.test('deadband, rate and edge alarms', async (t) => {
  const says = (more: string): string =>
    problem('function: holding, address: 0, type: u16', { range: '[0, 100]', more: `    ${more}\n` })
  t.equal(says('deadband: 0.5\n    maxRate: 10\n    edgeAlarm: { above: 50, below: 5, hysteresis: 1 }'), '')
  t.match(says('deadband: 101'), /deadband: is wider than the whole range/)
  t.match(says('deadband: -1'), /deadband: must be >= 0/)
  t.match(says('maxRate: 0'), /maxRate: must be > 0/)
  t.match(says('edgeAlarm: { hysteresis: 1 }'), /edgeAlarm: key above or key below is missing/)
  t.match(says('edgeAlarm: { above: 101 }'), /edgeAlarm\.above: lies outside the possible range/)
  t.match(says('edgeAlarm: { above: 5, below: 50 }'), /edgeAlarm\.below: must be below `above`/)
  t.match(says('edgeAlarm: { above: 50, below: 5, hysteresis: 45 }'), /edgeAlarm\.hysteresis: is as wide/)
})

t.test('a signature must be readable and possible', async (t) => {
  const says = (identify: string): string =>
    problem('function: holding, address: 0, type: u16', { head: `identify: ${identify}\n` })
  t.equal(says('{ registers: [{ function: holding, address: 9, type: u16, equals: 4660 }] }'), '')
  t.match(says('{ registers: [{ function: holding, address: 9, type: u16, equals: 70000 }] }'), /u16 is never 70000/)
  t.match(says('{ registers: [{ function: holding, address: 65535, type: u32, equals: 1 }] }'), /reaches beyond 65535/)
  t.match(says('{ device: {} }'), /identify: says nothing to know it by/)
})
