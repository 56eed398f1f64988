import t from 'tap'
import { brokerOf } from './broker-url.ts'

t.test('host, port and TLS of a broker, with the usual ports', async (t) => {
  t.same(brokerOf('mqtt://lora.example'), { host: 'lora.example', port: 1883, tls: false })
  t.same(brokerOf('mqtts://lora.example/'), { host: 'lora.example', port: 8883, tls: true })
  t.same(brokerOf('mqtts://[2001:db8::1]:9883'), { host: '2001:db8::1', port: 9883, tls: true })
})
