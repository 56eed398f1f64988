// Control codes and error words of both editions.
import { bitsSet, type Term, type TermRow, termTable } from '../frames/term.ts'

export type Edition = 1997 | 2007

/** Functions: the low five bits of the control code [DL/T 645-2007 5.2.4, DL/T 645-1997 4.2.3]. */
export const fn = {
  readData: { 1997: 0x01, 2007: 0x11 },
  readFollow: { 1997: 0x02, 2007: 0x12 },
  reread: 0x03,
  readAddress: 0x13,
  write: { 1997: 0x04, 2007: 0x14 },
  broadcastTime: 0x08,
  writeAddress: { 1997: 0x0a, 2007: 0x15 },
  freeze: 0x16,
  baud: { 1997: 0x0c, 2007: 0x17 },
} as const

/** Bits of the control code beside the function. */
export const reply = 0x80
export const refused = 0x40
export const more = 0x20

const shared: TermRow[] = [[0x08, '广播校时', 'broadcast time']]
const rows: Record<Edition, readonly TermRow[]> = {
  2007: [
    ...shared,
    [0x03, '安全认证', 'security authentication'],
    [0x11, '读数据', 'read data'],
    [0x12, '读后续数据', 'read further data'],
    [0x13, '读通信地址', 'read the address'],
    [0x14, '写数据', 'write data'],
    [0x15, '写通信地址', 'set the address'],
    [0x16, '冻结命令', 'freeze'],
    [0x17, '更改通信速率', 'change the baud rate'],
    [0x18, '修改密码', 'change the password'],
    [0x19, '最大需量清零', 'reset maximum demand'],
    [0x1a, '电表清零', 'clear the meter'],
    [0x1b, '事件清零', 'clear events'],
    [0x1c, '跳合闸、报警、保电', 'switch, alarm or keep power'],
    [0x1d, '多功能端子输出控制', 'output of the multi-function terminal'],
  ],
  1997: [
    ...shared,
    [0x01, '读数据', 'read data'],
    [0x02, '读后续数据', 'read further data'],
    [0x03, '重读数据', 'read again'],
    [0x04, '写数据', 'write data'],
    [0x0a, '写设备地址', 'set the address'],
    [0x0c, '更改通信速率', 'change the baud rate'],
    [0x0f, '修改密码', 'change the password'],
    [0x10, '最大需量清零', 'reset maximum demand'],
  ],
}
const terms = { 1997: termTable(rows[1997]), 2007: termTable(rows[2007]) }
const known = {
  1997: new Set(rows[1997].map(([code]) => code)),
  2007: new Set(rows[2007].map(([code]) => code)),
}

/** Broadcast time is the same in both. Function 3 is an authentication of 2007, with 8 bytes and more, or a repeat of 1997. */
export function editionOf(control: number, dataLength: number): Edition | undefined {
  const code = control & 0x1f
  if (code === fn.reread) return dataLength >= 8 ? 2007 : 1997
  if (known[2007].has(code)) return 2007
  return known[1997].has(code) ? 1997 : undefined
}

/** What a control code says, the bits beside the function left out. */
export const controlTerm = (edition: Edition, control: number): Term => ({
  ...terms[edition](control & 0x1f),
  code: control,
})

const reserved = { zh: '保留', en: 'reserved' }
/** [DL/T 645-2007 annex B], [DL/T 645-1997 annex B] */
const errors = {
  2007: termTable(
    [
      [0, '其他错误', 'other error'],
      [1, '无请求数据', 'no such data'],
      [2, '密码错或未授权', 'wrong password or not authorised'],
      [3, '通信速率不能更改', 'baud rate cannot be changed'],
      [4, '年时区数超', 'too many time zones of the year'],
      [5, '日时段数超', 'too many periods of the day'],
      [6, '费率数超', 'too many rates'],
    ],
    reserved,
  ),
  1997: termTable(
    [
      [0, '非法数据', 'illegal data'],
      [1, '数据标识错', 'wrong data identifier'],
      [2, '密码错', 'wrong password'],
      [4, '年时区数超', 'too many time zones of the year'],
      [5, '日时段数超', 'too many periods of the day'],
      [6, '费率数超', 'too many rates'],
    ],
    reserved,
  ),
}

/** The error byte of a refusal, bit by bit. */
export const errorTerms = (edition: Edition, byte: number): Term[] => bitsSet(byte, errors[edition], 8)

const bauds: Record<Edition, readonly number[]> = {
  // Bit 0 is reserved in 2007 [DL/T 645-2007 table 5]; 1997 begins with 300.
  2007: [0, 600, 1200, 2400, 4800, 9600, 19200],
  1997: [300, 600, 2400, 4800, 9600],
}
/** The baud rate a characteristic byte names: one bit. */
export const baudOf = (edition: Edition, byte: number): number | undefined => bauds[edition][Math.log2(byte)]
