import t from 'tap'
import { random } from '../testing/fuzz.ts'
import { type JsonMessage, MqttJsonReader } from './reader.ts'

const message = (document: unknown, more: Partial<JsonMessage> = {}): JsonMessage => ({
  topic: 'application/1/device/0101010101010101/event/up',
  payload: Buffer.from(typeof document === 'string' ? document : JSON.stringify(document)),
  ...more,
})

// The fields of UplinkEvent (chirpstack_api 4.18, integration.proto) in the JSON mapping of Protocol Buffers.
const uplink = {
  deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
  time: '2022-07-18T09:34:15.775023242+00:00',
  deviceInfo: {
    tenantName: 'ChirpStack',
    deviceName: 'Test device',
    devEui: '0101010101010101',
    tags: { key: 'value' },
  },
  devAddr: '00189440',
  fPort: 1,
  data: 'qg==',
  object: { digitalInput: { '1': 0 }, leak: false, level: null, temperatureSensor: { '1': 25.5 } },
  rxInfo: [{ gatewayId: '0016c001f153a14c', uplinkId: 4217106255, rssi: -36, snr: 10.5, location: {} }],
  txInfo: { frequency: 867100000 },
}

t.test('an uplink of ChirpStack 4: its device, its time, numbers by their paths', async (t) => {
  const read = new MqttJsonReader().read(message(uplink))
  t.match(read, {
    kind: 'report',
    report: {
      address: '0101010101010101',
      at: Date.parse('2022-07-18T09:34:15.775Z'),
      elements: {
        'object.digitalInput.1': 0,
        'object.temperatureSensor.1': 25.5,
        'object.leak': 0,
        'rxInfo[0].snr': 10.5,
        fPort: 1,
        fCnt: 0,
      },
      bad: { 'object.level': 'stale' },
    },
  })
})

t.test('the same event twice counts once', async (t) => {
  const reader = new MqttJsonReader()
  t.equal(reader.read(message(uplink)).kind, 'report')
  t.equal(reader.read(message(uplink)).kind, 'ignored')
  t.equal(reader.read(message({ ...uplink, deduplicationId: 'another' })).kind, 'report')
})

t.test('a message the broker sends again counts once; the same bytes as a new message are another', async (t) => {
  const reader = new MqttJsonReader({ payload: 'json', address: 'id' })
  const level = (value: number, more: Partial<JsonMessage> = {}) =>
    reader.read(message({ id: 'a', level: value }, more)).kind
  t.equal(level(1), 'report')
  t.equal(level(1, { again: true }), 'ignored')
  t.equal(level(1), 'report', 'nothing changed at the terminal: a reading all the same')
  t.equal(level(2, { again: true }), 'report', 'the first try never came')
  t.equal(level(2, { again: true }), 'ignored')
  t.equal(level(2, { again: true, topic: 'another/topic' }), 'report')
  for (let value = 10; value < 5000; value++) level(value)
  t.equal(level(1, { again: true }), 'report', 'what is remembered is bounded')
})

t.test('events of ChirpStack 3 are refused, with what to do, and may be read as plain JSON', async (t) => {
  const old = { devEUI: 'AgICAgICAgI=', fPort: 5, data: '', objectJSON: '{"temperatureSensor":{"1":25}}' }
  const refused = { kind: 'refused', check: 'field', detail: /ChirpStack 3 .*payload: json with address: topic\[3\]/ }
  t.match(new MqttJsonReader().read(message(old)), refused)
  t.match(new MqttJsonReader().read(message({ devEUI: '402C765000000074', object: { t: 1 } })), refused)
  t.match(new MqttJsonReader().read(message({ ...uplink, devEUI: '0101010101010101' })), { kind: 'report' })
  t.match(new MqttJsonReader({ payload: 'json', address: 'topic[3]' }).read(message({ ...old, object: { t: 1 } })), {
    report: { address: '0101010101010101', elements: { 'object.t': 1, fPort: 5 } },
  })
})

t.test('any JSON: where its address and time stand is said by the line', async (t) => {
  const reader = new MqttJsonReader({ payload: 'json', address: 'device.id', time: 'ts' })
  t.match(reader.read(message({ device: { id: 1007 }, ts: '2026-01-01 08:00:00', level: '1.25', alarm: true })), {
    report: { address: '1007', at: Date.parse('2026-01-01T08:00:00+08:00'), elements: { level: 1.25, alarm: 1 } },
  })
  const byTopic = new MqttJsonReader({ payload: 'json', address: 'topic[1]' })
  t.match(byTopic.read(message({ level: [1, 2] }, { topic: 'wells/w-7/state' })), {
    report: { address: 'w-7', elements: { 'level[0]': 1, 'level[1]': 2 } },
  })
})

t.test('times: seconds, milliseconds, texts of them, ISO 8601; anything else is none', async (t) => {
  const reader = new MqttJsonReader({ payload: 'json', address: 'id', time: 'ts', zoneMinutes: 0 })
  const at = (ts: unknown): unknown => {
    const read = reader.read(message({ id: 'a', ts }))
    return read.kind === 'report' ? read.report.at : read
  }
  const instant = Date.UTC(2026, 0, 1)
  for (const ts of [instant, instant / 1000, String(instant), '2026-01-01T00:00:00Z', '2026-01-01T08:00+08:00'])
    t.equal(at(ts), instant, String(ts))
  t.equal(at('2026-01-01T00:00:00'), instant, 'in the zone of the line')
  for (const ts of ['yesterday', 0, -5, null, {}, '']) t.equal(at(ts), undefined, JSON.stringify(ts))
})

t.test('what a broker kept has no time of its own but what it says', async (t) => {
  const plain = new MqttJsonReader({ payload: 'json', address: 'id', time: 'ts' })
  t.equal(plain.read(message({ id: 'a', t: 1 }, { retained: true })).kind, 'ignored')
  t.match(plain.read(message({ id: 'a', t: 1, ts: 1_760_000_000 }, { retained: true })), {
    report: { at: 1_760_000_000_000 },
  })
})

t.test('what cannot be read is refused with a reason, and nothing throws', async (t) => {
  const deep = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`
  const bad: [string, string | object][] = [
    ['no JSON', '{"a":'],
    ['a number', '5'],
    ['no address', { object: { t: 1 } }],
    ['a device that is none', { deviceInfo: { devEui: 'zz' } }],
    ['deep', deep],
    ['long', JSON.stringify({ a: 'x'.repeat(300_000) })],
  ]
  for (const [name, document] of bad) {
    const read = new MqttJsonReader().read(message(document))
    t.ok(read.kind === 'refused' && read.detail !== '', name)
  }
  t.equal(new MqttJsonReader().read({ topic: 'a', payload: Uint8Array.of(0xff, 0xfe) }).kind, 'refused')
  const wide = new MqttJsonReader({ payload: 'json', address: 'id' })
  const read = wide.read(message({ id: 'a', __proto__: 1, v: Array.from({ length: 20_000 }, (_, at) => at) }))
  t.ok(read.kind === 'report' && Object.keys(read.report.elements).length <= 1024, 'what is read is bounded')
})

t.test('20,000 damaged messages are reports or refused, and nothing else', async (t) => {
  const pick = random(651)
  const whole = Buffer.from(JSON.stringify(uplink))
  const reader = new MqttJsonReader()
  const kinds = { report: 0, ignored: 0, refused: 0 }
  for (let turn = 0; turn < 20_000; turn++) {
    const payload = Buffer.from(whole.subarray(0, turn % 3 === 0 ? pick(whole.length) : whole.length))
    for (let change = pick(4); change > 0 && payload.length > 0; change--) payload[pick(payload.length)] = pick(256)
    const read = reader.read({ topic: 'application/1/device/1/event/up', payload })
    kinds[read.kind]++
    if (read.kind === 'report')
      for (const value of Object.values(read.report.elements))
        if (!Number.isFinite(value)) t.fail('a value is no number')
  }
  t.ok(kinds.report > 100 && kinds.refused > 1000 && kinds.ignored > 100, JSON.stringify(kinds))
})
