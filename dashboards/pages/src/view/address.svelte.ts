/** What the page shows beside the data: all of it stands in the URL, so a link shows the same page to someone else. */
export type Language = 'zh' | 'en'
export type Theme = 'light' | 'dark'

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
  }

  /** Writes the state into the URL. A chosen series or area is a step back in history; language and theme are not. */
  set(change: Partial<Pick<Address, 'language' | 'theme' | 'series' | 'area'>>): void {
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
    const text = query.toString()
    const url = `${location.pathname}${text ? `?${text}` : ''}${location.hash}`
    if ('series' in change || 'area' in change) history.pushState(null, '', url)
    else history.replaceState(null, '', url)
  }
}

export const address = new Address()
