/** Which page the part of the address behind # names. */
export type Page = 'city' | 'ledger' | 'why' | 'findings'

class Place {
  page = $state<Page>(pageOf(location.hash))
  /** What the page is about: the indicator of `why`. */
  subject = $state<string | undefined>(subjectOf(location.hash))

  constructor() {
    addEventListener('hashchange', () => {
      this.page = pageOf(location.hash)
      this.subject = subjectOf(location.hash)
    })
  }
}

const subjectOf = (hash: string): string | undefined => /^#\/why\/([A-Z]{4}-\d{2})$/.exec(hash)?.[1]

function pageOf(hash: string): Page {
  if (hash === '#/ledger') return 'ledger'
  if (hash === '#/findings') return 'findings'
  return subjectOf(hash) === undefined ? 'city' : 'why'
}

export const place = new Place()
