import type { Explain, ExplainedFrame, FrameCutter } from './frames/frame.ts'
import { type FrameText, parseFrame } from './frames/frame-text.ts'

/** What is known of one protocol's frames. */
export interface Codec {
  readonly explain: Explain
  readonly cutter: () => FrameCutter
  /** Its frames are text on the wire; a person may paste them as they stand. */
  readonly text: boolean
  /** Longest frame as it stands in a stream, what stands before it included: no cutter keeps more. */
  readonly longestBytes: number
}

/** The code of each protocol is loaded when it is asked for. */
const codecs = {
  hj212: async (): Promise<Codec> => {
    const [{ explainHj212 }, { Hj212Cutter }, { longestHj212 }] = await Promise.all([
      import('./hj212/explain.ts'),
      import('./hj212/cutter.ts'),
      import('./hj212/frame.ts'),
    ])
    return { explain: explainHj212, cutter: () => new Hj212Cutter(), text: true, longestBytes: longestHj212 }
  },
  sl651: async (): Promise<Codec> => {
    const [{ explainSl651 }, { Sl651Cutter }, { longestSl651 }] = await Promise.all([
      import('./sl651/explain.ts'),
      import('./sl651/cutter.ts'),
      import('./sl651/frame.ts'),
    ])
    return { explain: explainSl651, cutter: () => new Sl651Cutter(), text: false, longestBytes: longestSl651 }
  },
  dlt645: async (): Promise<Codec> => {
    const [{ explainDlt645 }, { Dlt645Cutter }, { longestDlt645 }] = await Promise.all([
      import('./dlt645/explain.ts'),
      import('./dlt645/cutter.ts'),
      import('./dlt645/frame.ts'),
    ])
    return { explain: explainDlt645, cutter: () => new Dlt645Cutter(), text: false, longestBytes: longestDlt645 }
  },
  cjt188: async (): Promise<Codec> => {
    const [{ explainCjt188 }, { Cjt188Cutter }, { longestCjt188 }] = await Promise.all([
      import('./cjt188/explain.ts'),
      import('./cjt188/cutter.ts'),
      import('./cjt188/frame.ts'),
    ])
    return { explain: explainCjt188, cutter: () => new Cjt188Cutter(), text: false, longestBytes: longestCjt188 }
  },
  gb26875: async (): Promise<Codec> => {
    const [{ explainGb26875 }, { Gb26875Cutter }, { frameOverhead, longestData }] = await Promise.all([
      import('./gb26875/explain.ts'),
      import('./gb26875/cutter.ts'),
      import('./gb26875/frame.ts'),
    ])
    const longestBytes = frameOverhead + longestData
    return { explain: explainGb26875, cutter: () => new Gb26875Cutter(), text: false, longestBytes }
  },
  jtt808: async (): Promise<Codec> => {
    const [{ explainJtt808 }, { Jtt808Cutter }, { longestFrame }] = await Promise.all([
      import('./jtt808/explain.ts'),
      import('./jtt808/cutter.ts'),
      import('./jtt808/frame.ts'),
    ])
    return { explain: explainJtt808, cutter: () => new Jtt808Cutter(), text: false, longestBytes: longestFrame }
  },
  'modbus-rtu': async (): Promise<Codec> => {
    const [{ explainModbusRtu }, { ModbusRtuCutter }, { longestRtu }] = await Promise.all([
      import('./modbus/explain.ts'),
      import('./modbus/cutter.ts'),
      import('./modbus/frame-shapes.ts'),
    ])
    return { explain: explainModbusRtu, cutter: () => new ModbusRtuCutter(), text: false, longestBytes: longestRtu }
  },
} as const

export type FrameProtocol = keyof typeof codecs

/** Every protocol whose frames can be explained. */
export const frameProtocols = Object.keys(codecs) as readonly FrameProtocol[]

export const isFrameProtocol = (name: string): name is FrameProtocol => Object.hasOwn(codecs, name)

export const loadCodec = (protocol: FrameProtocol): Promise<Codec> => codecs[protocol]()

/** Says what one frame means that a person wrote as text or hexadecimal digits. Never throws for what stands in `text`. */
export async function decodeFrame(protocol: FrameProtocol, text: string): Promise<ExplainedFrame> {
  const codec = await loadCodec(protocol)
  const parsed: FrameText = parseFrame(text, codec.text)
  return parsed.ok ? codec.explain(parsed.message) : { protocol, valid: false, ...parsed.fault }
}
