import { createHash } from 'node:crypto'

/** Weak entity tag of an answer [RFC 9110 8.8.3]. */
export const etagOf = (payload: string): string =>
  `W/"${createHash('sha1').update(payload).digest('base64url').slice(0, 20)}"`

/** Whether If-None-Match names it [RFC 9110 13.1.2]: weak comparison. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '')
  return header.trim() === '*' || header.split(',').some((tag) => bare(tag) === bare(etag))
}
