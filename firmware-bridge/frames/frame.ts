/** Why bytes are no frame: which check failed, and where. Every codec gives one for whatever it is handed; none throws. */
export interface FrameFault {
  readonly check: FrameCheck
  /** Offset of the byte at which the check failed, from 0. */
  readonly byte: number
  /** For a person: what stood there and what should have. */
  readonly detail: string
}

/** The checks of frames, in the order codecs make them. */
export const frameChecks = [
  /** Does not begin as a frame must. */
  'start',
  /** Ends before its own end, or says a length it cannot have. */
  'length',
  /** The end mark is not where the length puts it. */
  'end',
  /** Check sum, CRC or XOR differs. */
  'checksum',
  /** An escape that stands for nothing. */
  'escape',
  /** An address, id or phone number with digits no device can have. */
  'address',
  /** A control, function or command code nobody defined. */
  'code',
  /** A field the code lets expect is absent, too long or not of its type. */
  'field',
] as const
export type FrameCheck = (typeof frameChecks)[number]

export type Decoded<M> = { readonly ok: true; readonly message: M } | { readonly ok: false; readonly fault: FrameFault }

/** What a stretch of the stream came to. */
export type Piece =
  | { readonly kind: 'frame'; readonly bytes: Buffer }
  /** Bytes given up, why, and how many. */
  | { readonly kind: 'refused'; readonly fault: FrameFault; readonly bytes: number }

/**
 * Cuts a byte stream into frames of one protocol. Frames come out whole and checked; what cannot be one comes out as refused,
 * so that it can be counted. Never throws, never keeps more bytes than the longest frame of its protocol, and after any rubbish finds the
 * next good frame.
 */
export interface FrameCutter {
  push(chunk: Uint8Array): readonly Piece[]
  /** Bytes kept for a frame that has not ended yet. */
  readonly held: number
  /** Bytes so far that stand between frames by right (line ends), neither frame nor refused. */
  readonly between: number
  /** The stream was opened anew. */
  reset(): void
}

/**
 * What one frame means, as `civitals decode` prints it. Addresses, ids and phone numbers are strings as printed on the device
 * (`meter`, `station`, `mn`, `phone`, `unit`); quantities are numbers in `values`, the unit of each under the same key in `units`.
 */
export interface Explanation {
  readonly protocol: string
  readonly valid: true
  readonly values: Readonly<Record<string, number>>
  readonly units: Readonly<Record<string, string>>
  /** What else the protocol says: kind of frame, flags, texts, times (ISO 8601 with zone). */
  readonly [field: string]: unknown
}

export type ExplainedFrame = Explanation | ({ readonly protocol: string; readonly valid: false } & FrameFault)

/** Says what one whole frame means. Pure; `frame` may be any bytes at all. */
export type Explain = (frame: Uint8Array) => ExplainedFrame
