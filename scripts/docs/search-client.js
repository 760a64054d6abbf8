// The search of the docs' site. Its index stands before it in the same file, so that it works from a disk as well, where pages may
// fetch nothing.
;(() => {
  const index = MiniSearch.loadJS(SEARCH_INDEX, SEARCH_OPTIONS)
  const input = document.getElementById('search')
  const found = document.getElementById('found')
  const MOST = 12

  const show = () => {
    const query = input.value.trim()
    found.replaceChildren()
    if (query === '') return
    const results = index.search(query, { prefix: true, fuzzy: 0.15, boost: { title: 4, page: 2 }, combineWith: 'AND' })
    for (const result of results.slice(0, MOST)) found.append(itemOf(result))
    if (results.length > 0) return
    const none = document.createElement('li')
    none.className = 'none'
    none.textContent = 'Nothing found'
    found.append(none)
  }

  const itemOf = ({ path, title, page, text, terms }) => {
    const item = document.createElement('li')
    const link = document.createElement('a')
    link.href = `${SITE_ROOT}/${path}`
    link.append(title === page ? title : `${page}: ${title}`)
    const around = document.createElement('small')
    around.append(...excerpt(text, terms))
    link.append(around)
    item.append(link)
    return item
  }

  // Some words around the first that was found, which is marked.
  const excerpt = (text, terms) => {
    const lower = text.toLowerCase()
    const places = terms.map((term) => lower.indexOf(term)).filter((place) => place >= 0)
    if (places.length === 0) return [text.slice(0, 120)]
    const at = Math.min(...places)
    const term = terms.find((one) => lower.startsWith(one, at))
    const mark = document.createElement('mark')
    mark.textContent = text.slice(at, at + term.length)
    return [text.slice(Math.max(0, at - 40), at), mark, text.slice(at + term.length, at + 100)]
  }

  input.addEventListener('input', show)
  input.addEventListener('focus', show)
  addEventListener('keydown', (event) => {
    const links = [...found.querySelectorAll('a')]
    const place = links.indexOf(document.activeElement)
    const inside = document.activeElement === input || place >= 0
    if (event.key === '/' && !inside) {
      event.preventDefault()
      input.focus()
    } else if (event.key === 'Escape' && inside) {
      input.value = ''
      found.replaceChildren()
      input.blur()
    } else if (event.key === 'ArrowDown' && inside) {
      event.preventDefault()
      links[Math.min(place + 1, links.length - 1)]?.focus()
    } else if (event.key === 'ArrowUp' && place >= 0) {
      event.preventDefault()
      if (place === 0) input.focus()
      else links[place - 1].focus()
    } else if (event.key === 'Enter' && document.activeElement === input) links[0]?.click()
  })
  addEventListener('click', (event) => {
    if (!event.target.closest('.search')) found.replaceChildren()
  })
})()
