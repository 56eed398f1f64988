import t from 'tap'
import { type Operation, TraceReader } from './trace.ts'

const hex = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
const quoted = (text: string): string => `"${hex(text)}"`
const file = (fd: number, path: string): string => `${fd}<${hex(path)}>`

function read(...lines: string[]): Operation[] {
  const reader = new TraceReader('/d')
  return lines
    .flatMap((line) => reader.read(line))
    .map((operation) => {
      if (operation.kind !== 'write') return operation
      return { ...operation, data: Buffer.from(operation.data).toString() as unknown as Uint8Array }
    })
}

t.test('a file that is opened, written by offset, flushed and reported', async (t) => {
  t.same(
    read(
      `7 1.0 openat(AT_FDCWD<${hex('/')}>, ${quoted('/d/a')}, O_RDWR|O_CREAT|O_CLOEXEC, 0644) = ${file(26, '/d/a')}`,
      `7 1.1 pwrite64(${file(26, '/d/a')}, ${quoted('abc')}, 3, 4096) = 3`,
      `7 1.2 fdatasync(${file(26, '/d/a')}) = 0`,
      `7 1.3 write(1<${hex('pipe')}>, ${quoted('1\n')}, 2) = 2`,
    ),
    [
      { kind: 'open', path: '/d/a', create: true, truncate: false },
      { kind: 'write', path: '/d/a', offset: 4096, data: 'abc' },
      { kind: 'flush begins', path: '/d/a', flush: 1 },
      { kind: 'flush ends', path: '/d/a', flush: 1 },
      { kind: 'said', text: '1\n' },
    ],
  )
})

t.test(
  'a call that another thread interrupts in the trace: a flush begins where it was called and ends where it returned',
  async (t) => {
    t.same(
      read(
        `7 1.0 openat(AT_FDCWD<${hex('/')}>, ${quoted('/d/a')}, O_WRONLY|O_CREAT, 0644) = ${file(26, '/d/a')}`,
        `7 1.1 fsync(${file(26, '/d/a')} <unfinished ...>`,
        `8 1.2 pwrite64(${file(26, '/d/a')}, ${quoted('x')}, 1, 0) = 1`,
        `7 1.3 <... fsync resumed>) = 0`,
        `8 1.4 pwrite64(${file(26, '/d/a')}, ${quoted('yy')}, 2, 1 <unfinished ...>`,
        `8 1.5 <... pwrite64 resumed>) = 2`,
      ),
      [
        { kind: 'open', path: '/d/a', create: true, truncate: false },
        { kind: 'flush begins', path: '/d/a', flush: 1 },
        { kind: 'write', path: '/d/a', offset: 0, data: 'x' },
        { kind: 'flush ends', path: '/d/a', flush: 1 },
        { kind: 'write', path: '/d/a', offset: 1, data: 'yy' },
      ],
    )
  },
)

t.test('plain writes go on where the last one ended, appended ones at the end of the file', async (t) => {
  const operations = read(
    `7 1.0 openat(AT_FDCWD<${hex('/')}>, ${quoted('/d/a')}, O_WRONLY|O_CREAT, 0644) = ${file(5, '/d/a')}`,
    `7 1.1 write(${file(5, '/d/a')}, ${quoted('abcd')}, 4) = 4`,
    `7 1.2 writev(${file(5, '/d/a')}, [{iov_base=${quoted('e')}, iov_len=1}, {iov_base=${quoted('f')}, iov_len=1}], 2) = 2`,
    `7 1.3 lseek(${file(5, '/d/a')}, 1, SEEK_SET) = 1`,
    `7 1.4 write(${file(5, '/d/a')}, ${quoted('B')}, 1) = 1`,
    `7 1.5 openat(AT_FDCWD<${hex('/')}>, ${quoted('/d/a')}, O_WRONLY|O_APPEND) = ${file(6, '/d/a')}`,
    `7 1.6 write(${file(6, '/d/a')}, ${quoted('!')}, 1) = 1`,
  )
  t.same(
    operations.filter(({ kind }) => kind === 'write').map((one) => 'offset' in one && one.offset),
    [0, 4, 1, 6],
  )
})

t.test('failed calls did nothing, a short write only what it says, other folders do not count', async (t) => {
  t.same(
    read(
      `7 1.0 openat(AT_FDCWD<${hex('/')}>, ${quoted('/d/a')}, O_WRONLY|O_CREAT, 0644) = ${file(5, '/d/a')}`,
      `7 1.1 pwrite64(${file(5, '/d/a')}, ${quoted('abcd')}, 4, 0) = -1 ENOSPC (No space left on device)`,
      `7 1.2 pwrite64(${file(5, '/d/a')}, ${quoted('abcd')}, 4, 0) = 2`,
      `7 1.3 fsync(${file(5, '/d/a')}) = -1 EIO (Input/output error)`,
      `7 1.4 pwrite64(${file(9, '/data')}, ${quoted('abcd')}, 4, 0) = 4`,
      `7 1.5 unlink(${quoted('/tmp/x')}) = 0`,
      `7 1.6 rename(${quoted('/d/a')}, ${quoted('/d/b')}) = 0`,
    ).slice(1),
    [
      { kind: 'write', path: '/d/a', offset: 0, data: 'ab' },
      { kind: 'rename', from: '/d/a', to: '/d/b' },
    ],
  )
})

t.test('what cannot be followed is not passed over', async (t) => {
  t.throws(
    () => read(`7 1.0 copy_file_range(${file(5, '/d/a')}, NULL, ${file(6, '/d/b')}, NULL, 10, 0) = 10`),
    /cannot be followed/,
  )
  t.throws(() => read(`7 1.0 pwrite64(${file(5, '/d/a')}, ${quoted('ab')}..., 4, 0) = 4`), /2 of them were recorded/)
})
