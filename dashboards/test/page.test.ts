// The built page in a real browser over the fixture city, in the middle of its storm.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@civitals/contracts/system-clock'
import { demoCity } from '@civitals/simulator/city'
import { chromium, type Page } from 'playwright-core'
import t from 'tap'
import { openApi } from '../api/io/server.ts'
import { browserMissing, chromiumArguments, chromiumPath } from './browser.ts'
import { fixtureSources } from './fixture-sources.ts'

const pagesFolder = join(import.meta.dirname, '..', 'dist')
const skip = existsSync(join(pagesFolder, 'index.html')) ? browserMissing() : 'the pages are not built'

t.setTimeout(420_000)

t.test('City now in a browser', { skip: skip ?? false, timeout: 420_000 }, async (t) => {
  const fixture = fixtureSources({
    city: await demoCity(),
    clock: systemClock,
    stormAt: systemClock.now() - 49 * 60_000,
  })
  const api = await openApi({ sources: fixture.sources, port: 0, pagesFolder })
  const browser = await chromium.launch({ executablePath: chromiumPath, args: [...chromiumArguments] })
  t.teardown(async () => {
    await browser.close()
    await api.close()
  })
  const complaints: string[] = []
  const foreign: string[] = []
  const bytes = new Map<string, number>()

  const open = async (query: string, width = 1366, height = 768): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height } })
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(api.url) && !/^(data|blob):/.test(request.url())) foreign.push(request.url())
    })
    page.on('response', async (response) => {
      const length = Number(response.headers()['content-length'] ?? 0)
      bytes.set(new URL(response.url()).pathname, length)
    })
    await page.goto(`${api.url}/?${query}`)
    await page.waitForSelector('.gl[data-drawn]', { timeout: 180_000 })
    return page
  }

  const page = await open('lang=zh&theme=light')
  const text = (): Promise<string> => page.evaluate('document.body.innerText')

  await t.test('score, reason of the ceiling, nine systems, six signs, 53 terminals', async (t) => {
    await page.waitForSelector('.callout')
    const seen = await text()
    t.match(seen, /封顶 69/)
    t.match(seen, /生命体征“道路积水深度”[\d.]+ cm 且上涨，预计 \d\d:\d\d 达 D 线 27 cm/)
    t.match(seen, /终端 51\/53 在线/)
    t.equal(await page.locator('.sy').count(), 9)
    t.equal(await page.locator('.sg').count(), 6)
    t.equal(await page.locator('.callout b').first().innerText(), '西青大道下穿道')
  })

  await t.test('a reader clicks a system of the body and sees why', async (t) => {
    await page.locator('.sy', { hasText: '体液' }).click()
    await page.waitForSelector('.why table')
    const seen = await text()
    t.match(seen, /道路积水深度\s+RENL-01/)
    t.match(seen, /介于 15 cm（70 分）与 27 cm（50 分）之间/)
    t.match(seen, /平台约定/)
    t.match(seen, /road-water-01\/depth/)
    await page.locator('.why .back a').click()
    await page.waitForSelector('.gl[data-drawn]')
  })

  await t.test('no request leaves the origin, the browser complains of nothing', async (t) => {
    t.same(foreign, [])
    t.same(complaints, [])
  })

  await t.test('first load within 120 kB, map within 480 kB, as they travel', async (t) => {
    const isMap = (path: string): boolean => /working-view|maplibre|boundary/.test(path)
    const files = [...bytes].filter(([path]) => path === '/' || path.startsWith('/assets/'))
    const sum = (of: (path: string) => boolean): number =>
      files.reduce((all, [path, size]) => all + (of(path) ? size : 0), 0)
    const [first, map] = [sum((path) => !isMap(path)), sum(isMap)]
    t.comment(`first load ${first} bytes, map ${map} bytes`)
    t.ok(first > 10_000 && first <= 120_000, `${first}`)
    t.ok(map > 10_000 && map <= 480_000, `${map}`)
  })

  await t.test('what the stream brings is shown', async (t) => {
    const reading = {
      terminal: 'road-water-01',
      point: 'depth',
      at: systemClock.now(),
      value: 33.3,
      quality: 'good' as const,
    }
    fixture.emit({ kind: 'readings', readings: [reading] })
    await page.locator('.read', { hasText: '33.3' }).waitFor({ timeout: 5000 })
    t.pass('the trend shows the new value')
  })

  await t.test('an alarm is acknowledged from its row', async (t) => {
    await page.locator('.al .ackb').first().click()
    await page.locator('.al li:first-child', { hasText: '已确认' }).waitFor({ timeout: 5000 })
    t.equal((await fixture.sources.alarms({ state: 'live', limit: 10 })).items[0]?.state, 'acknowledged')
  })

  await t.test('a bedside sign chooses the trend, and the URL says so', async (t) => {
    await page.locator('.sg').nth(2).click()
    t.match(page.url(), /series=air-02%2Fpm25/)
    await page.locator('.trend h2', { hasText: '细颗粒物' }).waitFor({ timeout: 5000 })
    await page.goBack()
    t.notMatch(page.url(), /series=/)
  })

  await t.test('English has no Chinese left but the name of the other language', async (t) => {
    await page.locator('.seg button').nth(1).click()
    t.match(page.url(), /lang=en/)
    await page.locator('html[lang=en]').waitFor({ state: 'attached' })
    const english = (await text()).replace('中文', '')
    t.match(english, /City health score/)
    t.notMatch(english, /[\u4e00-\u9fff]/)
  })

  await t.test('dark theme from the URL; nothing wider than a phone on a phone', async (t) => {
    const phone = await open('lang=zh&theme=dark', 390, 844)
    t.equal(await phone.evaluate('document.documentElement.dataset.theme'), 'dark')
    t.equal(await phone.evaluate('document.documentElement.scrollWidth <= 390'), true)
    await phone.close()
  })

  // The page that is open: another one would draw its map in software again, half a minute on a busy machine.
  await t.test('at both desk sizes nothing is cut off at the bottom', async (t) => {
    t.match(page.url(), /lang=en&theme=light/)
    for (const [width, height] of [
      [1920, 1080],
      [1366, 768],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.waitForSelector('.od li')
      const over = await page.evaluate(
        `[...document.querySelectorAll('.colL, .mid, .right')].filter((one) => one.scrollHeight > one.clientHeight + 1).map((one) => one.className + ' ' + one.scrollHeight + '>' + one.clientHeight)`,
      )
      t.same(over, [], `${width}x${height}`)
    }
  })

  await t.test('an outage of the store stands above everything until it is over', async (t) => {
    fixture.emit({ kind: 'outage', outage: { store: 'series', since: systemClock.now() - 60_000 } })
    await page.locator('.outage', { hasText: /Readings store not writable since \d\d:\d\d/ }).waitFor({ timeout: 5000 })
    fixture.emit({ kind: 'outage', outage: null })
    await page.locator('.outage').waitFor({ state: 'detached', timeout: 5000 })
    t.pass('gone')
  })

  await t.test('a gateway id that two boxes use: both addresses stand on the ledger until one is chosen', async (t) => {
    const ledger = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    ledger.on('pageerror', (error) => complaints.push(error.message))
    await ledger.goto(`${api.url}/?lang=en&theme=light#/ledger`)
    const clone = ledger.getByRole('region', { name: /two boxes use this id/ })
    await clone.waitFor({ timeout: 5000 })
    t.match(await clone.innerText(), /goes on[\s\S]*10\.4\.0\.17:40112[\s\S]*refused[\s\S]*10\.4\.0\.90:51220/)
    await clone.locator('li', { hasText: '10.4.0.90' }).getByRole('button').click()
    await clone.waitFor({ state: 'detached', timeout: 5000 })
    await ledger.close()
  })

  await t.test('a resend is asked for on the ledger, with a reason and not without', async (t) => {
    const ledger = await browser.newPage({ viewport: { width: 390, height: 844 } })
    ledger.on('pageerror', (error) => complaints.push(error.message))
    await ledger.goto(`${api.url}/?lang=en&theme=dark#/ledger`)
    await ledger.locator('.ledger tbody tr', { hasText: 'gw-02' }).getByRole('button').click()
    const dialog = ledger.getByRole('dialog')
    t.match(await dialog.innerText(), /Ask gw-02 to send again/)
    const send = dialog.getByRole('button', { name: 'Resend' })
    t.equal(await send.isDisabled(), true)
    await dialog.getByRole('textbox').fill('  ')
    t.equal(await send.isDisabled(), true)
    await ledger.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    t.same(await fixture.sources.resends(), [])
    await ledger.locator('.ledger tbody tr', { hasText: 'gw-02' }).getByRole('button').click()
    await dialog.getByRole('textbox').fill('restored from backup')
    await send.click()
    await dialog.waitFor({ state: 'detached' })
    await ledger.locator('li', { hasText: 'restored from backup' }).waitFor({ timeout: 5000 })
    t.match(await fixture.sources.resends(), [{ gateway: 'gw-02', why: 'restored from backup' }])
    t.same(complaints, [])
    await ledger.close()
  })

  await t.test('a lost connection says so and keeps the values', async (t) => {
    await api.close()
    await page.waitForSelector('.link .stale-tag', { timeout: 10_000 })
    t.match(await text(), /Connection lost/)
    t.equal(await page.locator('.sy').count(), 9)
  })
})
