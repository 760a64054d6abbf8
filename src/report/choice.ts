/** A choice between a few values, as a row of radio buttons: what every plot with a switch uses. */
import { type Html, html } from './html.ts'

/** Radio buttons of one name; the first is chosen. */
export function choice(
  name: string,
  legend: string,
  options: readonly (readonly [value: string, label: string])[],
): Html {
  return html`<fieldset class="choice"><legend>${legend}</legend>${options.map(
    ([value, label], index) =>
      html`<label><input type="radio" name="${name}" value="${value}"${index === 0 ? html` checked` : null}><span>${label}</span></label>`,
  )}</fieldset>`
}
