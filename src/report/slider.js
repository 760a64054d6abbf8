// Pictures under a divider, in the reader's browser.

export function sliders() {
  for (const range of document.querySelectorAll('.compare input')) {
    range.addEventListener('input', () => {
      range.parentElement.style.setProperty('--at', `${range.value}%`)
      range.setAttribute('aria-valuetext', `${Math.round(range.value)} % ${range.dataset.before}`)
    })
  }
}
