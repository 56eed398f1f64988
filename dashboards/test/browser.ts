import { existsSync } from 'node:fs'

/** Debian's Chromium, drawing WebGL in software; it asks nobody for anything by itself. */
export const chromiumPath = '/usr/bin/chromium'
export const chromiumArguments = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const

/** Why browser tests cannot run here, or undefined. */
export const browserMissing = (): string | undefined =>
  existsSync(chromiumPath) ? undefined : 'chromium is not installed'
