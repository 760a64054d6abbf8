// Pictures under a divider, in the reader's browser.

export function sliders(): void {
  for (const range of document.querySelectorAll<HTMLInputElement>('.compare input')) {
    range.addEventListener('input', () => {
      range.parentElement!.style.setProperty('--at', `${range.value}%`)
      range.setAttribute('aria-valuetext', `${Math.round(Number(range.value))} % ${range.dataset.before}`)
    })
  }
}
