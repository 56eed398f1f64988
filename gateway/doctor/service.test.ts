// What the user of the service may do, as the kernel would judge by mode bits.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { serviceFacts } from './io/service-facts.ts'
import { allows, permission } from './service.ts'

const service = { uid: 990, gid: 980 }

t.test('the class that fits first decides', async (t) => {
  const read = (uid: number, gid: number, mode: number) => allows({ uid, gid, mode }, service, permission.read)
  t.equal(read(0, 980, 0o640), true)
  t.equal(read(0, 0, 0o640), false)
  t.equal(read(0, 0, 0o644), true)
  t.equal(read(990, 0, 0o044), false, 'the owner is not the others')
  t.equal(read(0, 980, 0o604), false)
  t.equal(allows({ uid: 5, gid: 5, mode: 0 }, { uid: 0, gid: 0 }, permission.read), true, 'root')
  const work = permission.write | permission.enter
  t.equal(allows({ uid: 990, gid: 0, mode: 0o600 }, service, work), false)
  t.equal(allows({ uid: 990, gid: 0, mode: 0o700 }, service, work), true)
})

t.test('the installed service and its user', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'unit-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [unit, passwd] = [join(folder, 'unit'), join(folder, 'passwd')]
  writeFileSync(
    passwd,
    'root:x:0:0:root:/root:/bin/bash\ncivitals:x:990:980::/var/lib/civitals-gateway:/usr/sbin/nologin\n',
  )
  t.equal(await serviceFacts(unit, passwd), undefined)
  writeFileSync(unit, '[Service]\nExecStart=/x\nUser=civitals\n')
  t.same(await serviceFacts(unit, passwd), { ...service, user: 'civitals', folder: '/var/lib/civitals-gateway' })
})
