// The thread forecasts are worked out in: a batch takes a second, which the main loop must not wait.
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { answer, type Question } from '../compute.ts'

/** A question with its number. */
export type Numbered = Question & { readonly id: number }

// Of this thread alone on Linux: what people and gateways wait for goes first.
if (process.platform === 'linux') setPriority(0, 10)

parentPort?.on('message', (question: Numbered) => {
  parentPort?.postMessage({ id: question.id, answer: answer(question) })
})
