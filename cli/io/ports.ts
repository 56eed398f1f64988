import { createServer } from 'node:net'
import { CivitalsError } from '@civitals/contracts/errors'

/** Resolves when `port` can be listened on; a taken one is an error that says which and how to choose another. */
export function assertPortFree(host: string, port: number, option: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EACCES' ? 'may not be used by this user' : 'is taken by another program'
      const message = `port ${port} ${why}; choose another with --${option} PORT`
      reject(new CivitalsError('CIV_CLI_PORT_TAKEN', message, { cause, context: { host, port } }))
    })
    probe.listen(port, host, () => probe.close(() => resolve()))
  })
}
