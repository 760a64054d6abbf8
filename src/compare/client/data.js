// The page's data, and the words for its numbers.

export const data = JSON.parse(document.getElementById('comparison-data').textContent)

export function metricOf(key) {
  return data.metrics.find((metric) => metric.key === key)
}

// The same as format.ts on the other side of the page.
export function shown(value, decimals) {
  if (value === null || value === undefined) return '–'
  const text =
    decimals > 5 && value !== 0 ? value.toExponential(2).replace('e', ' e') : value.toFixed(Math.min(decimals, 5))
  return text.replaceAll('-', '−').replace(/^−(0(?:\.0*)?)$/u, '$1')
}

export function shownSigned(value, decimals) {
  const text = shown(value, decimals)
  return value > 0 && /[1-9]/u.test(text) ? `+${text}` : text
}

export function titleOf({ label, unit }) {
  return unit === '' ? label : `${label} (${unit})`
}

export function colorOf(theme, index) {
  return theme.lines[index % theme.lines.length]
}

// More conditions than colours: the second round is dashed.
export function dashOf(theme, index) {
  return ['solid', 'dash', 'dot', 'dashdot'][Math.floor(index / theme.lines.length) % 4]
}

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}
