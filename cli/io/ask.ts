import { createInterface } from 'node:readline/promises'

/** Asks on the terminal; true only for y or yes. The end of input is a no. */
export async function confirmed(question: string, signal: AbortSignal): Promise<boolean> {
  const dialogue = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const ended = new Promise<string>((resolve) => dialogue.once('close', () => resolve('')))
    const answer = await Promise.race([dialogue.question(`${question} [y/N] `, { signal }), ended])
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    return false
  } finally {
    dialogue.close()
  }
}
