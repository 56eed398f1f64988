/** What node:sqlite binds. Booleans become 0 or 1 before they get here. */
export type SqlValue = null | number | bigint | string

/** What the main thread asks of the thread that holds the database. Answered in order, each exactly once. */
export type Request =
  | { readonly op: 'open'; readonly id: number; readonly file: string }
  | {
      readonly op: 'run'
      readonly id: number
      readonly role: 'read' | 'write'
      /** Open the write transaction before this statement: saves a round trip. */
      readonly begin: boolean
      readonly sql: string
      readonly parameters: readonly SqlValue[]
    }
  | { readonly op: 'commit' | 'rollback' | 'close'; readonly id: number }

/** Rows travel as arrays: cloning them costs a third of cloning objects. */
export interface RowSet {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  readonly changes: number
  readonly insertId: number
}

/** A failure as SQLite names it: primary result code (errcode & 0xff) and text. 0 when SQLite did not speak. */
export interface Failure {
  readonly errcode: number
  readonly message: string
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly result?: RowSet }
  | { readonly id: number; readonly ok: false; readonly failure: Failure }
