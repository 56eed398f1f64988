/** What the centre answered instead: its problem document's detail, or the status. */
export class AnswerError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T
  const problem = (await response.json().catch(() => ({}))) as { detail?: string }
  throw new AnswerError(response.status, problem.detail ?? `${response.status}`)
}

/** A resource below /api/v1; the browser revalidates it by its entity tag. */
export const read = async <T>(path: string): Promise<T> => answerOf<T>(await fetch(`/api/v1${path}`))

/** A list below /api/v1: the items of its first page. */
export const readList = async <T>(path: string): Promise<readonly T[]> => (await read<{ items: T[] }>(path)).items

/** Changes something. The header tells the centre that this page of ours asks, not another origin. */
export const act = async <T>(path: string, body?: unknown): Promise<T> =>
  answerOf<T>(
    await fetch(`/api/v1${path}`, {
      method: 'POST',
      headers: { 'x-civitals': '1', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  )
