/**
 * The frame of every page that is written: head, style sheet, and a policy that forbids every request, so that
 * "offline" is enforced by the browser, not hoped for.
 */
import { Html, html } from './html.ts'
import { style } from './style.ts'

const POLICY =
  "default-src 'none'; form-action 'none'; base-uri 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

/**
 * A whole HTML document.
 *
 * @param extraStyle what a page needs beside the common style sheet
 * @param served of a page that is served and not written: its policy, and that it asks for no icon
 */
export function htmlDocument(
  title: string,
  body: Html,
  extraStyle = '',
  served?: { readonly policy: string; readonly icon: Html },
): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${served?.policy ?? POLICY}">
<meta name="color-scheme" content="light dark">
<title>${title}</title>${served?.icon}
<style>${new Html(style + extraStyle)}</style>
</head>
<body>
${body}
</body>
</html>
`.text
}
