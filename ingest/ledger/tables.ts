/** Tables of the ledger, of what was refused, and of what waits aside. */
export type LedgerTables = {
  ledger_spool: {
    gateway: string
    spool: string
    /** Settled seqs: JSON of [from, to] pairs. */
    settled: string
    /** Settled seqs that are wanted once more: JSON of [from, to] pairs. */
    reopened: string
    stored: number
    rejected: number
    set_aside: number
    declared_lost: number
    /** Of `declared_lost` what the centre itself gave up. */
    given_up: number
    loss_at_least: number
    duplicates: number
    updated_at: number
    /** JSON of `EndedSpool`; null: it goes on. */
    ended: string | null
  }
  ledger_gap: {
    gateway: string
    spool: string
    from_seq: number
    to_seq: number
    readings: number
    at_least: number
    from_at: number
    to_at: number
    reason: string
    /** Lowest number set aside, of readings that had been; 0 otherwise. */
    aside: number
  }
  /** Resends, newest last. Ranges as JSON of [from, to] pairs. */
  ledger_resend: {
    n: number
    gateway: string
    spool: string
    ranges: string
    by: string
    why: string
    at: number
    missing: string
    answered_at: number | null
    done_at: number | null
    refused: string | null
  }
  /** What was settled, by spool and hour of event time. */
  ledger_digest: {
    gateway: string
    spool: string
    hour: number
    value_count: number
    marked: number
    sum: number
    magnitude: number
    from_seq: number
    to_seq: number
    changed_at: number
  }
  /** What the store held of an hour of a gateway when it was last compared. */
  ledger_check: {
    gateway: string
    hour: number
    verdict: string
    settled: number
    stored: number
    resends: number
    checked_at: number
  }
  /** Numbers that are never given twice. */
  ledger_counter: { name: string; value: number }
  ledger_clock_fix: { gateway: string; boot: string; offset_ms: number; fix: number }
  reject: {
    n: number
    at: number
    scope: string
    reason: string
    gateway: string | null
    spool: string | null
    seq: number | null
    terminal: string | null
    point: string | null
    detail: string
  }
  reject_count: { reason: string; count: number }
  set_aside: {
    n: number
    gateway: string
    spool: string
    seq: number
    terminal: string
    point: string
    at: number
    value: number | null
    quality: string
    unsynced: number
    mono: number | null
    boot: string | null
    reason: string
    received_at: number
    /** What the series store said to it, or which units do not go together. */
    detail: string | null
    /** Hash of the configuration it was read with, where its gateway tells one. */
    config: string | null
  }
}
