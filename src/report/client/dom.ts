// The elements of a page by their ids. Runs in the reader's browser.

/** One that the page always has. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  return document.getElementById(id) as unknown as T
}

/** One that only some pages have. */
export function maybeById<T extends Element = HTMLElement>(id: string): T | null {
  return document.getElementById(id) as unknown as T | null
}

/** Value of the radio button that is chosen. */
export function chosenValue(name: string): string | undefined {
  return document.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.value
}

/** The JSON that a page carries for its script. */
export function pageData<T>(id: string): T {
  return JSON.parse(byId(id).textContent ?? 'null') as T
}
