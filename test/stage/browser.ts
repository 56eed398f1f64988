// Debian's Chromium, driven by playwright-core; without its background requests.
import { existsSync } from 'node:fs'
import { chromium, type Page } from 'playwright-core'
import type { Ending } from './process.ts'

const executablePath = '/usr/bin/chromium'

/** Reason to skip, or false. */
export const chromiumMissing: string | false = existsSync(executablePath) ? false : 'chromium is not installed'

const args = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A fresh page of the given size; the browser ends with the test. */
export async function openBrowser(t: Ending, viewport: { width: number; height: number }): Promise<Page> {
  const browser = await chromium.launch({ executablePath, args })
  t.teardown(() => browser.close())
  return await browser.newPage({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
}
