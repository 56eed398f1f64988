/** Which page the part of the address behind # names. */
export type Page = 'city' | 'ledger'

class Place {
  page = $state<Page>(pageOf(location.hash))

  constructor() {
    addEventListener('hashchange', () => {
      this.page = pageOf(location.hash)
    })
  }
}

const pageOf = (hash: string): Page => (hash === '#/ledger' ? 'ledger' : 'city')

export const place = new Place()
