/**
 * Mutations need `x-civitals: 1` or a JSON body: a page of another origin can send neither without a preflight, which we never
 * grant, so no visited site can act in a user's name.
 */
export function mayMutate(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const type = headers['content-type']
  return headers['x-civitals'] === '1' || (typeof type === 'string' && /^application\/json\b/i.test(type))
}

/** Same origin only; maplibre runs its worker from our origin or a blob and draws images from data. No frame, no plugin. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
    "worker-src 'self' blob:; connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; " +
    "form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}
