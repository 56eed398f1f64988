import t from 'tap'
import { parseTopic, partitionOf, topicOf } from './topics.ts'

t.test('the partition is CRC-32/ISO-HDLC modulo 64', async (t) => {
  // 123456789 -> CBF43926: the check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
  t.equal(partitionOf('123456789'), String(0xcbf43926 % 64).padStart(2, '0'))
  t.match(topicOf('gw-01', 'telemetry/live'), /^civitals\/v1\/\d\d\/gw-01\/telemetry\/live$/)
})

t.test('a topic reads back as it was written', async (t) => {
  t.same(parseTopic(topicOf('gw-01', 'ack')), {
    partition: partitionOf('gw-01'),
    gateway: 'gw-01',
    kind: 'ack',
    partitionFits: true,
  })
})

t.test('a wrong partition is told apart from a foreign topic', async (t) => {
  const wrong = String((Number(partitionOf('gw-01')) + 1) % 64).padStart(2, '0')
  t.equal(parseTopic(`civitals/v1/${wrong}/gw-01/status`)?.partitionFits, false)
  for (const topic of ['civitals/v1/00/gw-01/toString', 'civitals/v2/00/gw-01/ack', 'civitals/v1/0/gw/ack', '$SYS/a']) {
    t.equal(parseTopic(topic), undefined, topic)
  }
})
