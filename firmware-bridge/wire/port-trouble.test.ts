// The driver's words, as its binary prints them, and a person's.
import t from 'tap'
import { portTrouble } from './port-trouble.ts'

t.test('a port that cannot be opened', async (t) => {
  const say = (message: string) => portTrouble(message, '/dev/ttyUSB9')
  t.equal(say('Error: No such file or directory, cannot open /dev/ttyUSB9'), '/dev/ttyUSB9 is not there')
  t.match(say('Error Resource temporarily unavailable Cannot lock port'), /^\/dev\/ttyUSB9 is locked: another program/)
  t.match(say('Error: Permission denied, cannot open /dev/ttyUSB9'), /dialout/)
  t.equal(
    say('Error: Input/output error, cannot open /dev/ttyUSB9'),
    '/dev/ttyUSB9 cannot be opened: Input/output error',
  )
})
