/** Where a broker is, and whether it is spoken to with TLS: of `mqtt://HOST[:PORT]` or `mqtts://HOST[:PORT]`. */
export function brokerOf(url: string): { readonly host: string; readonly port: number; readonly tls: boolean } {
  const { protocol, hostname, port } = new URL(url)
  const tls = protocol === 'mqtts:'
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (tls ? 8883 : 1883)), tls }
}
