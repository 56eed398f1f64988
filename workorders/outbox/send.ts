/** One attempt, ready to go out. */
export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What became of one attempt. `refused`: the target is not on the allow-list and nothing was sent. */
export type SendOutcome =
  | { readonly kind: 'response'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'refused'; readonly error: string }

/** Sends one attempt; never rejects for what the other side does. Aborting the signal ends it as an error. */
export type Send = (request: WebhookRequest, signal: AbortSignal) => Promise<SendOutcome>
