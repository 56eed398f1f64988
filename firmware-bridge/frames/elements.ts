/** What a good reply of a protocol carries whose quantities have keys of its own, such as 02010100 or 901F.total. */
export interface ElementData {
  /** Numbers by element key. A quantity the meter says it does not have is left out. */
  readonly elements: Readonly<Record<string, number>>
  /** What is no number, as digits or words. */
  readonly texts?: Readonly<Record<string, string>>
  /** The answer goes on in another frame: its number, to be asked for next. The elements come with the last. */
  readonly more?: number
}
