// The looks of every plot, and how it takes its colours from the page. Runs in the reader's browser.

declare global {
  /** Plotly, where the page has it. */
  var Plotly: {
    react(target: string | Element, traces: readonly object[], layout: object, options: object): void
    downloadImage(plot: Element, options: { readonly format: 'svg'; readonly filename: string }): Promise<string>
    readonly Icons: { readonly disk: object }
  }
}

/** The colours of a page. */
export interface Theme {
  readonly ink: string
  readonly faint: string
  readonly rule: string
  readonly paper: string
  readonly font: string
  readonly lines: readonly string[]
}

/** What a plot changes of the common layout. */
export interface Layout {
  readonly xaxis?: object
  readonly yaxis?: object
  readonly [key: string]: unknown
}

// Beside the button for a PNG: a plot that a paper can scale.
const saveAsSvg = {
  name: 'Download plot as SVG',
  icon: globalThis.Plotly?.Icons.disk,
  click: (plot: Element) => Plotly.downloadImage(plot, { format: 'svg', filename: plot.id }),
}

export const PLOT_OPTIONS = {
  responsive: true,
  // Plotly 4 offers to upload what is plotted; a report leaves this machine when its reader passes it on.
  showSendToCloud: false,
  modeBarButtonsToAdd: [saveAsSvg],
  displaylogo: false,
  modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'],
}

// Colours come from the style sheet, so that plots follow the page into the dark.
export function themeOf(element: Element): Theme {
  const css = getComputedStyle(element)
  const read = (name: string) => css.getPropertyValue(name).trim()
  return {
    ink: read('--ink'),
    faint: read('--faint'),
    rule: read('--rule'),
    paper: read('--card'),
    font: read('--sans'),
    lines: Array.from({ length: 8 }, (_, index) => read(`--line-${index + 1}`)),
  }
}

export function layoutOf(theme: Theme, extra: Layout): object {
  const axis = {
    gridcolor: theme.rule,
    zerolinecolor: theme.rule,
    linecolor: theme.rule,
    tickcolor: theme.rule,
    automargin: true,
  }
  return {
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: theme.font, size: 13, color: theme.faint },
    margin: { l: 56, r: 12, t: 24, b: 44 },
    hovermode: 'x unified',
    hoverlabel: { bgcolor: theme.paper, bordercolor: theme.rule, font: { color: theme.ink } },
    modebar: { bgcolor: 'rgba(0,0,0,0)', color: theme.faint, activecolor: theme.ink },
    legend: { orientation: 'h', x: 0, y: 0, yref: 'container', yanchor: 'bottom', font: { color: theme.ink } },
    ...extra,
    xaxis: { ...axis, ...extra.xaxis },
    yaxis: { ...axis, ...extra.yaxis },
  }
}

// A small plot has no room for a legend under its axis title.
export function legendAbove(theme: Theme): object {
  return { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { color: theme.ink } }
}

/** The colour of a line; there are eight, which come again. */
export function lineColor({ lines }: Theme, index: number): string {
  return lines[index % lines.length]!
}
