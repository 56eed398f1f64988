// The ACL as a matrix: who may say what, on which topic, and who may hear it.
import { partitionOf, type TopicKind, topicKinds, topicOf } from '@civitals/contracts/topics'
import t from 'tap'
import { mayPublish, maySubscribe } from './access.ts'

const kinds = Object.keys(topicKinds) as TopicKind[]
const publication = (topic: string, qos = 1, retain = false) => ({ topic, qos, retain })

t.test('a gateway publishes what goes up and hears what goes down, on its own topics', async (t) => {
  for (const kind of kinds) {
    const up = topicKinds[kind] === 'up'
    t.equal(mayPublish('g1', publication(topicOf('g1', kind))).ok, up, `publish ${kind}`)
    t.equal(maySubscribe('g1', topicOf('g1', kind)).ok, !up, `subscribe ${kind}`)
    const foreign = [mayPublish('g1', publication(topicOf('g2', kind))), maySubscribe('g1', topicOf('g2', kind))]
    for (const access of foreign) t.match(access, { ok: false, denial: { reason: 'foreign topic' } }, kind)
  }
})

t.test('a partition that is not the one of the id is its own reason', async (t) => {
  const wrong = String((Number(partitionOf('g1')) + 1) % 64).padStart(2, '0')
  const topic = `civitals/v1/${wrong}/g1/telemetry/live`
  t.match(mayPublish('g1', publication(topic)), { ok: false, denial: { reason: 'wrong partition', detail: topic } })
})

t.test('wildcards, system topics and near misses are foreign', async (t) => {
  const own = topicOf('g1', 'ack')
  for (const topic of [
    '#',
    '+/#',
    '$SYS/#',
    `${own}/x`,
    own.replace('ack', '+'),
    own.replace('/v1/', '/v2/'),
    '',
    '/',
  ]) {
    t.equal(maySubscribe('g1', topic).ok, false, topic)
    t.equal(mayPublish('g1', publication(topic)).ok, false, topic)
  }
})

t.test('QoS 2 is not taken, on no topic', async (t) => {
  for (const kind of kinds.filter((kind) => topicKinds[kind] === 'up')) {
    const topic = topicOf('g1', kind)
    for (const qos of [0, 1]) t.ok(mayPublish('g1', publication(topic, qos)).ok, `${kind} at QoS ${qos}`)
    const twice = mayPublish('g1', publication(topic, 2))
    t.match(twice, { ok: false, denial: { reason: 'protocol violation' } }, `${kind} at QoS 2`)
  }
})

t.test('only states are retained', async (t) => {
  const states: TopicKind[] = ['status', 'config/state']
  for (const kind of kinds.filter((kind) => topicKinds[kind] === 'up')) {
    for (const qos of [0, 1]) {
      const access = mayPublish('g1', publication(topicOf('g1', kind), qos, true))
      t.equal(access.ok, states.includes(kind), `${kind} retained at QoS ${qos}`)
      if (!access.ok) t.equal(access.denial.reason, 'protocol violation')
    }
  }
})

t.test('names every object inherits open no door', async (t) => {
  for (const id of ['constructor', '__proto__', 'toString']) {
    t.equal(mayPublish('g1', publication(topicOf(id, 'status'))).ok, false)
    t.equal(maySubscribe('g1', `civitals/v1/${partitionOf('g1')}/g1/${id}`).ok, false)
  }
})
