import t from 'tap'
import { crcHj212, crcText } from './crc.ts'
import { decodeHj212, encodeHj212, type Hj212Frame } from './frame.ts'
import { Hj212Session } from './session.ts'
import { Hj212Memory } from './stations.ts'

const at = (text: string): number => Date.parse(`${text}+08:00`)
const eight = at('2026-01-01T08:00:00')
const mn = '010000A8900016F000169DC0'

/** Length and check sum around a data segment, as a station sends it. */
const sealed = (segment: string): Buffer => {
  const bytes = Buffer.from(segment)
  return Buffer.concat([
    Buffer.from(`##${String(bytes.length).padStart(4, '0')}`),
    bytes,
    Buffer.from(`${crcText(crcHj212(bytes))}\r\n`),
  ])
}

const upload = (cn: string, area: string, more = '', flag = 5, station = mn): Buffer =>
  sealed(`QN=20260101080000123;ST=31;CN=${cn};PW=123456;MN=${station};Flag=${flag};${more}CP=&&${area}&&`)

const minute = (time: string, station = mn, more = ''): Buffer =>
  upload('2051', `DataTime=20260101${time}00;a21026-Avg=12.5,a21026-Flag=N`, more, 4, station)

const read = (frame: Buffer | undefined): Hj212Frame | undefined => {
  const decoded = frame && decodeHj212(frame)
  return decoded?.ok ? decoded.message : undefined
}

t.test('data that ask for it are answered 9014 under their own QN, in their own edition', async (t) => {
  const session = new Hj212Session()
  const { answers, reports } = session.receive(upload('2011', 'DataTime=20260101080000;a21026-Rtd=7.1'), eight)
  // The answer of HJ 212-2017 C.14.
  t.equal(
    answers[0]?.toString(),
    sealed(`QN=20260101080000123;ST=91;CN=9014;PW=123456;MN=${mn};Flag=4;CP=&&&&`).toString(),
  )
  t.same(reports, [{ address: mn, at: eight, elements: { 'a21026-Rtd': 7.1 } }])
  t.match(read(session.receive(upload('2011', 'a21026-Rtd=7.1', '', 9), eight).answers[0]), { cn: '9014', flag: 8 })
})

t.test('nothing is answered where the Flag does not ask, or is missing', async (t) => {
  const session = new Hj212Session()
  t.same(session.receive(upload('2011', 'a21026-Rtd=7.1', '', 4), eight).answers, [])
  const bare = session.receive(sealed('ST=32;CN=2011;MN=X1;CP=&&DataTime=20260101080000000;w01001-Rtd=7&&'), eight)
  t.same(bare.answers, [])
  t.same(bare.reports, [{ address: 'X1', at: eight, elements: { 'w01001-Rtd': 7 } }])
  t.same([bare.refused, bare.heard], [[], ['X1']])
})

t.test('heartbeats, requests for the time and for a key are notices: 9013', async (t) => {
  const session = new Hj212Session()
  for (const [cn, area] of [
    ['9015', ''],
    ['1013', 'PolId=w01018'],
    ['1014', 'SKCreateTime=20251001000000'],
    ['1001', 'i23005-Info=DL-0017'],
  ] as const) {
    const { answers, reports } = session.receive(upload(cn, area, '', 9), eight)
    t.match(read(answers[0]), { st: '91', cn: '9013', flag: 8 }, cn)
    t.same(reports, [], cn)
  }
  t.same(session.receive(upload('9015', '', '', 8), eight).answers, [])
})

t.test('a station that asks for the time is sent it, and not by a clock nobody trusts', async (t) => {
  const session = new Hj212Session()
  const ask = upload('1013', '', '', 9)
  const [heard, set] = session.receive(ask, eight).answers.map(read)
  t.match(heard, { cn: '9013', qn: '20260101080000123', flag: 8 })
  t.match(set, { cn: '1012', st: '31', password: '123456', mn, flag: 9, groups: [[['SystemTime', '20260101080000']]] })
  t.match(session.receive(ask, eight, false).answers.map(read), [{ cn: '9013' }])
  t.equal(session.receive(ask, eight, false).answers.length, 1)
  const done = sealed(`QN=${set?.qn};ST=91;CN=9012;PW=123456;MN=${mn};Flag=4;CP=&&ExeRtn=1&&`)
  t.same(session.receive(done, eight), { answers: [], reports: [], refused: [], heard: [mn] })
})

t.test('what the station itself marks has no value but a reason', async (t) => {
  const marks = ['N', 'D', 'T', 'B', 'S', 'F', 'M', 'C', 'x']
  const area = marks.map((mark, place) => `a2100${place}-Rtd=1,a2100${place}-Flag=${mark}`).join(';')
  const [report] = new Hj212Session().receive(upload('2011', `${area};a24088-Rtd=--`), eight).reports
  t.same(report?.elements, { 'a21000-Rtd': 1 })
  t.same(report?.bad, {
    'a21001-Rtd': 'device_exception',
    'a21002-Rtd': 'out_of_range',
    'a21003-Rtd': 'comm_fail',
    'a21004-Rtd': 'uncertain',
    'a21005-Rtd': 'device_exception',
    'a21006-Rtd': 'device_exception',
    'a21007-Rtd': 'device_exception',
    'a21008-Rtd': 'uncertain',
    'a24088-Rtd': 'device_exception',
  })
})

const packet = (number: number, area: string, qn: string, total = 2): Buffer =>
  sealed(
    `QN=${qn};ST=31;CN=2061;PW=123456;MN=${mn};Flag=7;PNUM=${total};PNO=${number};CP=&&DataTime=20260101070000;${area}&&`,
  )

t.test('packets are each answered, and reported once when all have come, in any order', async (t) => {
  const session = new Hj212Session()
  const second = session.receive(packet(2, 'a21002-Avg=2', '20260101080000535'), eight)
  t.match(read(second.answers[0]), { qn: '20260101080000535', cn: '9014' })
  t.same(second.reports, [])
  const again = session.receive(packet(2, 'a21002-Avg=2', '20260101080000535'), eight)
  t.same([again.answers.length, again.reports.length], [1, 0], 'the same packet sent again changes nothing')
  const first = session.receive(packet(1, 'a21026-Avg=1', '20260101080000534'), eight)
  t.same(first.reports, [
    { address: mn, at: at('2026-01-01T07:00:00'), elements: { 'a21026-Avg': 1, 'a21002-Avg': 2 } },
  ])
})

t.test('a packet that never comes: what came is reported after 30 s', async (t) => {
  const session = new Hj212Session()
  session.receive(packet(1, 'a21026-Avg=1', '20260101080000534'), eight)
  t.same(session.receive(Buffer.alloc(0), eight + 29_999).reports, [])
  t.match(session.receive(Buffer.alloc(0), eight + 30_000).reports, [{ elements: { 'a21026-Avg': 1 } }])
  t.same(session.receive(Buffer.alloc(0), eight + 60_000).reports, [], 'once')
})

t.test('uploads that never finish do not pile up', async (t) => {
  const session = new Hj212Session()
  let reports = 0
  for (let total = 2; total < 64; total++) {
    reports += session.receive(packet(1, 'a21026-Avg=1', '20260101080000534', total), eight).reports.length
  }
  t.equal(reports, 62 - 16)
})

t.test('a minute that did not come is asked for again, and what comes then is history', async (t) => {
  const session = new Hj212Session()
  for (const time of ['0800', '0801', '0804']) session.receive(minute(time), at('2026-01-01T08:05:00'))
  const now = at('2026-01-01T08:05:01')
  const [request] = session.due(now)
  t.equal(
    request?.toString(),
    sealed(
      `QN=20260101080501000;ST=31;CN=2051;PW=123456;MN=${mn};Flag=5;CP=&&BeginTime=20260101080200;EndTime=20260101080300&&`,
    ).toString(),
  )
  t.same(session.due(now + 1000), [], 'asked once, then waited for')
  const qn = read(request)?.qn
  session.receive(sealed(`QN=${qn};ST=91;CN=9011;PW=123456;MN=${mn};Flag=4;CP=&&QnRtn=1&&`), now)
  t.match(session.receive(minute('0802'), now).reports, [{ at: at('2026-01-01T08:02:00'), history: true }])
  t.match(session.receive(minute('0803'), now).reports, [{ at: at('2026-01-01T08:03:00'), history: true }])
  session.receive(sealed(`QN=${qn};ST=91;CN=9012;PW=123456;MN=${mn};Flag=4;CP=&&ExeRtn=1&&`), now)
  t.same(session.due(now + 90_000), [], 'nothing is missing any more')
})

t.test('a station that has none of it, or does not answer, is not asked for ever', async (t) => {
  const session = new Hj212Session()
  for (const time of ['0800', '0801', '0803']) session.receive(minute(time), at('2026-01-01T08:03:30'))
  let now = at('2026-01-01T08:03:40')
  const qn = read(session.due(now)[0])?.qn
  session.receive(sealed(`QN=${qn};ST=91;CN=9012;PW=123456;MN=${mn};Flag=4;CP=&&ExeRtn=100&&`), now)
  t.same(session.due(now + 60_000), [], 'no data: given up')

  const silent = new Hj212Session()
  let asked = 0
  for (const time of ['0800', '0801', '0803']) silent.receive(minute(time), now)
  for (let second = 0; second < 7200; second += 10) {
    now += 10_000
    // Later minutes keep coming, the missing one never does.
    const time = new Date(now + 8 * 3_600_000).toISOString().slice(11, 16).replace(':', '')
    silent.receive(minute(time), now)
    asked += silent.due(now).length
  }
  t.equal(asked, 3)
})

t.test('a station that falls silent while connected is asked for the minutes it owes', async (t) => {
  const session = new Hj212Session({ minuteInterval: 10 })
  session.receive(minute('0800'), at('2026-01-01T08:10:05'))
  t.same(session.due(at('2026-01-01T08:25:00')), [])
  const [request] = session.due(at('2026-01-01T08:33:00'))
  t.match(read(request)?.groups, [[['BeginTime', '20260101081000']], [['EndTime', '20260101082000']]])
})

t.test('two stations on one connection do not mix', async (t) => {
  const session = new Hj212Session()
  const now = at('2026-01-01T08:05:00')
  const chunk = ['0800', '0801', '0802'].flatMap((time) => [
    minute(time, 'A1'),
    minute(time === '0802' ? '0803' : time, 'B2'),
  ])
  const { reports, refused } = session.receive(Buffer.concat(chunk), now)
  t.same([reports.map(({ address }) => address), refused], [['A1', 'B2', 'A1', 'B2', 'A1', 'B2'], []])
  t.same(
    session.due(now).map((frame) => read(frame)?.mn),
    ['B2'],
  )
})

t.test('a lost connection leaves no gap when the memory is kept', async (t) => {
  const memory = new Hj212Memory()
  const before = new Hj212Session({ memory })
  for (const time of ['0800', '0801']) before.receive(minute(time), at('2026-01-01T08:02:05'))
  const after = new Hj212Session({ memory })
  t.same(after.due(at('2026-01-01T08:20:00')), [], 'a station that has not spoken here cannot be asked here')
  after.receive(minute('0820'), at('2026-01-01T08:21:00'))
  t.match(read(after.due(at('2026-01-01T08:21:01'))[0])?.groups, [
    [['BeginTime', '20260101080200']],
    [['EndTime', '20260101081900']],
  ])
})

t.test('a station that reconnects while its old connection hangs is asked on the new one alone, at once', async (t) => {
  const memory = new Hj212Memory()
  const [hanging, fresh] = [new Hj212Session({ memory }), new Hj212Session({ memory })]
  for (const time of ['0800', '0801', '0803']) hanging.receive(minute(time), at('2026-01-01T08:04:00'))
  t.equal(hanging.due(at('2026-01-01T08:04:01')).length, 1)
  t.same(hanging.due(at('2026-01-01T08:30:00')), [], 'no second request to a station that has said nothing since')
  fresh.receive(minute('0829'), at('2026-01-01T08:30:01'))
  const now = at('2026-01-01T08:30:02')
  t.same(hanging.due(now), [], 'not where nobody listens')
  t.match(read(fresh.due(now)[0])?.groups, [[['BeginTime', '20260101080200']], [['EndTime', '20260101080200']]])
  fresh.receive(minute('0802'), now)
  t.match(
    [hanging.due(now + 60_000), read(fresh.due(now + 60_000)[0])?.groups],
    [[], [[['BeginTime', '20260101080400']], [['EndTime', '20260101082800']]]],
  )
})

t.test('requests lost with their connections are not counted as tries', async (t) => {
  const memory = new Hj212Memory()
  const first = new Hj212Session({ memory })
  for (const time of ['0800', '0801', '0803']) first.receive(minute(time), at('2026-01-01T08:04:00'))
  let asked = 0
  for (let connection = 0; connection < 5; connection++) {
    const session = new Hj212Session({ memory })
    session.receive(minute('0803'), at('2026-01-01T08:04:01') + connection)
    asked += session.due(at('2026-01-01T08:04:01') + connection).length
  }
  t.equal(asked, 5)
})

t.test('a station with its clock years ahead does not make all later data history', async (t) => {
  const session = new Hj212Session()
  session.receive(upload('2051', 'DataTime=20990101000000;a21026-Avg=1', '', 4), eight)
  const { reports } = session.receive(minute('0800'), at('2026-01-01T08:01:05'))
  t.same(
    reports.map(({ history }) => history),
    [undefined],
  )
})

t.test('hours are asked for as well, and RF=1 says history by itself', async (t) => {
  const session = new Hj212Session()
  const hour = (time: string): Buffer => upload('2061', `DataTime=20260101${time}0000;a21026-Avg=1`, '', 4)
  const now = at('2026-01-01T12:01:00')
  session.receive(Buffer.concat([hour('08'), hour('11')]), now)
  t.match(read(session.due(now)[0]), {
    cn: '2061',
    groups: [[['BeginTime', '20260101090000']], [['EndTime', '20260101100000']]],
  })
  t.match(session.receive(minute('1100', mn, 'RF=1;'), now).reports, [{ history: true }])
})

t.test('rubbish between frames is counted and costs no frame', async (t) => {
  const good = upload('2011', 'a21026-Rtd=7.1')
  const damaged = Buffer.from(good)
  damaged.write('8', good.length - 10)
  const { reports, refused, answers } = new Hj212Session().receive(
    Buffer.concat([Buffer.from('\0\0AT+CSQ\r\n'), good, damaged, good]),
    eight,
  )
  t.same([reports.length, answers.length], [2, 2])
  t.same(
    refused.map(({ check }) => check),
    ['start', 'checksum'],
  )
})

t.test('with a password, frames with another one are refused and not answered', async (t) => {
  const session = new Hj212Session({ password: '654321' })
  t.match(session.receive(upload('2011', 'a21026-Rtd=7.1'), eight), {
    answers: [],
    reports: [],
    refused: [{ check: 'field' }],
  })
  t.equal(new Hj212Session({ password: '123456' }).receive(upload('2011', 'a21026-Rtd=7.1'), eight).reports.length, 1)
})

t.test('with their key, enciphered stations are heard', async (t) => {
  const frame = encodeHj212(
    {
      qn: '20260101080000123',
      st: '31',
      cn: '2011',
      mn,
      flag: 9,
      groups: [[['DataTime', '20260101080000']], [['a21026-Rtd', '7.1']]],
    },
    Buffer.from('0000000000000000'),
  )
  t.match(new Hj212Session({ key: '0000000000000000' }).receive(frame, eight).reports, [
    { elements: { 'a21026-Rtd': 7.1 } },
  ])
  t.match(new Hj212Session().receive(frame, eight), { reports: [], refused: [{ check: 'checksum' }] })
})

t.test('any bytes at all: never throws', async (t) => {
  const session = new Hj212Session()
  let seed = 7
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.concat([minute('0800'), packet(1, 'a21026-Avg=1', '20260101080000534')])
    for (let change = 0; change < 5; change++) {
      seed = (seed * 48271) % 2147483647
      bytes.writeUInt8(seed & 255, seed % bytes.length)
    }
    session.receive(bytes.subarray(0, seed % bytes.length), eight + round)
    session.due(eight + round)
  }
  t.pass()
})
