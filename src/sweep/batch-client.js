// What moves in the page of a batch. Runs in the reader's browser, from the page itself.

import { sliders } from '../report/slider.js'

sliders()
