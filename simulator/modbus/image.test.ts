import { shippedProfiles } from '@civitals/firmware-bridge/profiles'
import t from 'tap'
import { answer } from './answer.ts'
import { registerMap, registers } from './image.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const hex = (frame: Uint8Array): string => Buffer.from(frame).toString('hex')

t.test('words of a value by type, scale, offset and order', async (t) => {
  const read = { function: 'holding', address: 0 } as const
  // 123.456 as IEEE 754 single is 42 F6 E9 79; -1.5 in hundredths is -150 = FF6A.
  t.same(registers({ ...read, type: 'f32' }, 123.456), [0x42f6, 0xe979])
  t.same(registers({ ...read, type: 'f32', order: 'CDAB' }, 123.456), [0xe979, 0x42f6])
  t.same(registers({ ...read, type: 'f32', order: 'BADC' }, 123.456), [0xf642, 0x79e9])
  t.same(registers({ ...read, type: 'f32', order: 'DCBA' }, 123.456), [0x79e9, 0xf642])
  t.same(registers({ ...read, type: 'i16', scale: 0.01 }, -1.5), [0xff6a])
  t.same(registers({ ...read, type: 'u16', scale: 0.1, offset: -40 }, 21.5), [615])
  t.same(registers({ ...read, type: 'i32', scale: 0.001 }, -0.002), [0xffff, 0xfffe])
  t.same(registers({ ...read, type: 'u32' }, 3_000_000_000), [0xb2d0, 0x5e00])
  t.same(registers({ ...read, type: 'u16' }, 70_000), [0xffff], 'stops at the end of its type')
  t.same(registers({ ...read, type: 'u16' }, -5), [0])
})

const profiles = await shippedProfiles()
const mapOf = (profile: string) => registerMap(profiles.get(profile)!.points)

t.test('reserved addresses between points read 0, those outside the table are exception 2', async (t) => {
  const map = mapOf('lamp-controller')
  const values = (point: string): number => ({ lamps_due: 64, lamps_lit: 63, voltage: 230 })[point] ?? 0
  t.equal(hex(answer(map, bytes('03 0000 0004'), values)), '0308004000' + '3f00000000')
  t.equal(hex(answer(map, bytes('03 0010 0001'), values)), '030208fc')
  t.equal(hex(answer(map, bytes('03 0029 0002'), values)), '8302', 'one register too far')
  t.equal(hex(answer(map, bytes('04 0000 0001'), values)), '8402', 'a table it does not have')
})

t.test('bits come lowest first, padding is 0', async (t) => {
  const map = mapOf('manhole-cover')
  t.equal(hex(answer(map, bytes('01 0000 0001'), () => 1)), '010101')
  t.equal(hex(answer(map, bytes('01 0000 0001'), () => 0)), '010100')
  t.equal(hex(answer(mapOf('hydrant'), bytes('02 0000 0001'), () => 1)), '020101')
})

t.test('exceptions 1 and 3', async (t) => {
  const map = mapOf('road-water-gauge')
  t.equal(hex(answer(map, bytes('06 0000 0001'), () => 0)), '8601', 'writing')
  t.equal(hex(answer(map, bytes('2B 0E 01 00'), () => 0)), 'ab01', 'identification')
  t.equal(hex(answer(map, bytes('03 0000 0000'), () => 0)), '8303', 'no register')
  t.equal(hex(answer(map, bytes('03 0000 007E'), () => 0)), '8303', '126 registers')
  t.equal(hex(answer(map, bytes('03 0000'), () => 0)), '8303', 'cut short')
})
