// Pictures of the page over the fixture city: `node dashboards/test/shots.ts <folder> [name...]`.
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { demoCity } from '@civitals/simulator/city'
import { chromium } from 'playwright-core'
import { openApi } from '../api/io/server.ts'
import { chromiumArguments, chromiumPath } from './browser.ts'
import { fixtureSources } from './fixture-sources.ts'

const shots = [
  ['light', 1920, 1080, 'lang=zh&theme=light'],
  ['dark', 1920, 1080, 'lang=zh&theme=dark'],
  ['english', 1920, 1080, 'lang=en&theme=light'],
  ['small', 1366, 768, 'lang=zh&theme=light'],
  ['small-english', 1366, 768, 'lang=en&theme=light'],
  ['phone', 390, 844, 'lang=zh&theme=light'],
  ['ledger', 1440, 900, 'lang=zh&theme=light#/ledger'],
  ['ledger-dark', 1440, 900, 'lang=en&theme=dark#/ledger'],
  ['ledger-phone', 390, 844, 'lang=zh&theme=light#/ledger'],
  ['why', 1440, 900, 'lang=zh&theme=light#/why/RENL-01'],
  ['why-dark', 1366, 768, 'lang=en&theme=dark#/why/RENL-01'],
  ['why-phone', 390, 844, 'lang=zh&theme=light#/why/RENL-01'],
  ['forecast', 1440, 900, 'lang=zh&theme=light&series=air-01/pm25&span=24h'],
  ['forecast-phone', 390, 844, 'lang=en&theme=dark&series=air-01/pm25&span=24h'],
  ['shift-month', 1440, 900, 'lang=en&theme=light&series=air-01/pm25&span=30d'],
  ['findings', 1440, 900, 'lang=zh&theme=light#/findings'],
  ['findings-dark', 1366, 768, 'lang=en&theme=dark#/findings'],
  ['findings-phone', 390, 844, 'lang=en&theme=light#/findings'],
  ['spike', 1440, 900, 'lang=zh&theme=light&series=air-02/temperature&span=24h'],
  ['outage', 1440, 900, 'lang=zh&theme=light'],
  ['outage-phone', 390, 844, 'lang=en&theme=dark'],
  ['calm', 1920, 1080, 'lang=zh&theme=light'],
] as const

const [folder = '.', ...only] = process.argv.slice(2)
const city = await demoCity()
const pagesFolder = join(import.meta.dirname, '..', 'dist')
const serve = (stormAt: number, outageSince?: number) =>
  openApi({
    sources: fixtureSources({ city, clock: systemClock, stormAt, ...(outageSince !== undefined && { outageSince }) })
      .sources,
    port: 0,
    pagesFolder,
  })
const apis = {
  storm: await serve(systemClock.now() - 49 * 60_000),
  calm: await serve(systemClock.now() + 1e10),
  outage: await serve(systemClock.now() - 49 * 60_000, systemClock.now() - 20 * 60_000),
}
const browser = await chromium.launch({ executablePath: chromiumPath, args: [...chromiumArguments] })
for (const [name, width, height, query] of shots.filter(([name]) => only.length === 0 || only.includes(name))) {
  const page = await browser.newPage({ viewport: { width, height } })
  page.on('console', (message) => process.stderr.write(`${name}: ${message.type()} ${message.text()}\n`))
  page.on('pageerror', (error) => process.stderr.write(`${name}: ${error.message}\n`))
  const api = name === 'calm' ? apis.calm : name.startsWith('outage') ? apis.outage : apis.storm
  await page.goto(`${api.url}/?${query}`)
  await page
    .waitForSelector(query.includes('#/') ? 'tbody tr' : '.gl[data-drawn]', { timeout: 20_000 })
    .catch(() => process.stderr.write(`${name}: no map\n`))
  await page.waitForTimeout(600)
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: width < 900 })
  await page.close()
}
await browser.close()
await Promise.all(Object.values(apis).map((api) => api.close()))
