// The places to die at stand in the program as it is now, each once.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../../stage/process.ts'
import { deadly, places } from './die-at.ts'

t.test('every place is found, and death stands before it', async (t) => {
  for (const [name, place] of Object.entries(places)) {
    const text = deadly(place, readFileSync(join(root, place.file), 'utf8'))
    t.ok(text.includes(`process.kill(process.pid, 'SIGKILL')\n${place.before}`), name)
  }
})
