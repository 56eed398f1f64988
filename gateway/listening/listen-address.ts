/** Where `listen` of a configuration means; a port alone listens on 127.0.0.1. */
export function addressOf(listen: string): { readonly host: string; readonly port: number } {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d+)$/.exec(listen) ?? []
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}
