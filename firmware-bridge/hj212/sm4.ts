import { createCipheriv, createDecipheriv } from 'node:crypto'

const block = 16

/**
 * SM4 as HJ 212-2025 uses it on the data area of data commands, 1014 and 3020: ECB, no padding, what is left over after the last whole block of 16
 * bytes stays in clear [HJ 212-2025 6.4.2, A.2]. The check sum is made before, over the clear text.
 */
export function sm4(data: Uint8Array, key: Uint8Array, direction: 'encrypt' | 'decrypt'): Buffer {
  const whole = data.length - (data.length % block)
  const cipher = direction === 'encrypt' ? createCipheriv('sm4-ecb', key, null) : createDecipheriv('sm4-ecb', key, null)
  cipher.setAutoPadding(false)
  return Buffer.concat([cipher.update(data.subarray(0, whole)), cipher.final(), data.subarray(whole)])
}

/** A key as it is handed out: 16 characters, or the same as 32 hexadecimal digits. Undefined for anything else. */
export function sm4Key(text: string): Buffer | undefined {
  if (/^[0-9a-f]{32}$/i.test(text)) return Buffer.from(text, 'hex')
  const key = Buffer.from(text)
  return key.length === block ? key : undefined
}
