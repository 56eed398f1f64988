/** What the page shows beside the data: all of it stands in the URL, so a link shows the same page to someone else. */
export type Language = 'zh' | 'en'
export type Theme = 'light' | 'dark'

/** Stretches the trend can show, each with its bucket; without one it is as long as a few pixels of the chart. */
export const spans = {
  '15min': { ms: 900_000, every: '5s' },
  '3h': { ms: 10_800_000, every: '1min' },
  '24h': { ms: 86_400_000, every: '5min' },
  '30d': { ms: 2_592_000_000, every: undefined },
} as const
export type Span = keyof typeof spans

const isSpan = (text: string | null): text is Span => text !== null && Object.hasOwn(spans, text)

const languages: readonly string[] = ['zh', 'en']
const themes: readonly string[] = ['light', 'dark']

function initialLanguage(asked: string | null): Language {
  if (asked && languages.includes(asked)) return asked as Language
  return navigator.language.startsWith('zh') || !navigator.language ? 'zh' : 'en'
}

function initialTheme(asked: string | null): Theme {
  if (asked && themes.includes(asked)) return asked as Theme
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

class Address {
  language = $state<Language>('zh')
  theme = $state<Theme>('light')
  /** `terminal/point` of the trend; undefined follows the worst site. */
  series = $state<string | undefined>()
  span = $state<Span>('3h')
  /** Area id lists and map are narrowed to. */
  area = $state<string | undefined>()

  constructor() {
    this.#read()
    addEventListener('popstate', () => this.#read())
  }

  #read(): void {
    const query = new URLSearchParams(location.search)
    this.language = initialLanguage(query.get('lang'))
    this.theme = initialTheme(query.get('theme'))
    this.series = query.get('series') ?? undefined
    this.area = query.get('area') ?? undefined
    const span = query.get('span')
    this.span = isSpan(span) ? span : '3h'
  }

  /** Writes the state into the URL. A chosen series or area is a step back in history; language and theme are not. */
  set(change: Partial<Pick<Address, 'language' | 'theme' | 'series' | 'span' | 'area'>>): void {
    Object.assign(this, change)
    const query = new URLSearchParams(location.search)
    const put = (key: string, value: string | undefined): void => {
      if (value === undefined) query.delete(key)
      else query.set(key, value)
    }
    if ('language' in change) put('lang', this.language)
    if ('theme' in change) put('theme', this.theme)
    put('series', this.series)
    put('area', this.area)
    put('span', this.span === '3h' ? undefined : this.span)
    const text = query.toString()
    const url = `${location.pathname}${text ? `?${text}` : ''}${location.hash}`
    if ('series' in change || 'area' in change) history.pushState(null, '', url)
    else history.replaceState(null, '', url)
  }
}

export const address = new Address()
