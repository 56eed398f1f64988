// The part of saxen 11 that is used here; the package brings no types.
declare module 'saxen' {
  type Attributes = Readonly<Record<string, string | undefined>>
  type Decode = (text: string) => string

  export class Parser {
    ns(prefixes: Readonly<Record<string, string>>): this
    on(event: 'openTag', heard: (name: string, attributes: () => Attributes | false, decode: Decode) => void): this
    on(event: 'closeTag', heard: (name: string) => void): this
    on(event: 'text', heard: (text: string, decode: Decode) => void): this
    on(event: 'cdata', heard: (text: string) => void): this
    on(event: 'error', heard: (error: Error) => void): this
    parse(xml: string): Error | null
    stop(): void
  }
}
