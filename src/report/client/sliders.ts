// What moves in the pages of batches and chains. Runs in the reader's browser, from the page itself.

import { sliders } from './slider.ts'

sliders()
