/**
 * Aborts when this process is told to stop: SIGTERM, SIGINT, or the end of its input when a parent holds it
 * (`CIVITALS_PARENT=1`), so that nothing goes on alone after the parent was killed.
 */
export function stopSignal(): AbortSignal {
  const abort = new AbortController()
  const stop = (): void => abort.abort()
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (process.env.CIVITALS_PARENT === '1') {
    process.stdin.once('end', stop)
    process.stdin.once('error', stop)
    process.stdin.resume()
  }
  return abort.signal
}

/** Resolves when the signal aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
