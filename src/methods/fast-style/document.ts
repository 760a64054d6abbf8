/** docs/fast-style.md: how to paint a picture as another in one pass, and every key of a config of this method. */
import { configTable } from '../../config/document.ts'
import type { JsonObject } from '../../config/merge.ts'
import { fastStyleConfig, fastStyleDefaults } from './schema.ts'

const INTRODUCTION = `# A style in one pass

<!-- Generated from src/methods/fast-style: npx vitest run test/config -u -->

\`\`\`sh
rephoto stylize garden.jpg --fast --style starry-night.jpg                         # any style, by the networks that ship
rephoto stylize garden.jpg --fast --network wave.pth                               # a network of one style
rephoto stylize garden.jpg --fast --network style_transfer_f16_384.tflite \\
    --predictor style_predict_quantized_256.tflite --style starry-night.jpg        # any style, by Magenta's own
rephoto stylize garden.jpg --fast --style a.jpg --style b.jpg --shares 3,1
rephoto stylize garden.jpg --fast --style a.jpg --strength 0.5
rephoto stylize garden.jpg --fast --network T --style a.jpg --fit 150              # the style fitted, no predictor
rephoto stylize album/ --fast --style a.jpg --style b.jpg --matrix figure.png
\`\`\`

\`rephoto stylize --fast\` does in one pass of a network what [\`rephoto stylize\`](stylize.md) does in hundreds of steps: in a fraction of a second instead of minutes,
and nearer to the average of what the network saw in training than to the style at hand.

**Networks of one style** (Johnson, Alahi and Fei-Fei 2016) paint every picture in the style that they were trained for: \`.pth\` files of pytorch/examples'
\`fast_neural_style\`, and the variables of lengstrom's \`fast-style-transfer\` as deeplearn.js has them (\`manifest.json\` and a file for each variable).

**Networks of any style** (Ghiasi et al. 2017) take a style as a vector of about a hundred numbers, from which scale and shift of every norm follow. A *predictor* tells the vector
from a picture. Magenta's pair is read from its TensorFlow Lite files, its separable transformer from the \`model.json\` of its TensorFlow.js model. Predictor and transformer must have been
trained together; a transformer alone works as well, since the vector can be **fitted**: \`--fit 150\` moves it by so many steps of Adam until the transformer's picture of *this* content has the style's
Gram matrices, as the pack's VGG-19 sees them, at 256 px. With a predictor it begins at what that says. The compact pack has a pair
(\`style_predictor\`, \`style_transformer\`), begun as Magenta's and trained on here ([its card](../models/compact/README.md)).

**Strength.** With a predictor the vector of the content itself is mixed with that of the style: at 0 the network paints the content in its own style, which is
nearly the content. Otherwise pixels are mixed (\`strengthBy\`). Every run shows a strip of strengths in its report.

**Several styles** are mixed by their vectors, \`--shares\` says how.

**Figures.** \`--matrix\` writes one picture of all contents in all styles instead of making runs. A sweep over contents and styles with intervals is an experiment as any other
([experiments.md](experiments.md)), for a config has \`method: 'fast-style'\`.

**What is measured**: the style loss that is left, as a share of the content's own, and the content loss, both as style transfer by optimization has them; the likeness of a
face; SSIM; colours off the style's.

The picture goes through the network whole, for its norms take statistics of all of it; what that needs in memory is known before anything is computed, and \`--size\` makes it smaller.

## All keys`

/** The text of docs/fast-style.md. */
export function fastStyleConfigTable(): string {
  return configTable(fastStyleConfig, fastStyleDefaults as unknown as JsonObject, INTRODUCTION)
}
