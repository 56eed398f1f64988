import { readFile } from 'node:fs/promises'

export const userNamed = (uid: number): Promise<string> => named('/etc/passwd', uid)
export const groupNamed = (gid: number): Promise<string> => named('/etc/group', gid)

/** Both files hold the name first and the number third [passwd(5), group(5)]. */
async function named(file: string, id: number): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const row = text.split('\n').find((line) => line.split(':')[2] === String(id))
  return row?.split(':', 1)[0] ?? String(id)
}
