/** docs/stylize.md: how to paint a picture as another, and every key of a config of this method. */
import { configTable } from '../../config/document.ts'
import type { JsonObject } from '../../config/merge.ts'
import { stylizeConfig, stylizeDefaults } from './schema.ts'

const INTRODUCTION = `# A picture in the style of another

<!-- Generated from src/methods/stylize: npx vitest run test/config -u -->

\`\`\`sh
rephoto stylize garden.jpg --style starry-night.jpg
rephoto stylize me.jpg --style rembrandt.jpg --style-weight 1e5 --size 384
rephoto stylize me.jpg --style rembrandt.jpg --set faces.style=0.3 --set faces.content=3
rephoto stylize garden.jpg --style starry-night.jpg --color luminance
rephoto stylize garden.jpg --style one.jpg --style two.jpg --shares 3,1
rephoto stylize garden.jpg --style starry-night.jpg --preset wasserstein
\`\`\`

The pixels of a picture are moved until the network sees in it what it sees in the content, and finds features together as often as in
the style (Gatys, Ecker and Bethge 2016). The run is one like any other: its folder, frames, curves of every layer, resuming byte for byte,
sweeps and comparisons are those of [runs.md](runs.md) and [experiments.md](experiments.md).

**How strong.** \`--style-weight\` is the first thing to turn: three times more or less shows. A larger \`--style-scale\` gives larger
strokes. What the weight means depends on \`style.normalization\`: schools differ by the square of the number of channels, so that a shallow
layer counts up to 64 times more against a deep one.

**In one pass.** \`--fast\` paints by a network that learned to, in a fraction of a second: [fast-style.md](fast-style.md). Optimization is slower and nearer to the style.

**Presets** are named after the schools: \`gatys\`, \`neural-style\`, \`pytorch-tutorial\`, \`tensorflow-tutorial\` (which needs a whole VGG19) and
\`wasserstein\`. Their weights are those of the originals, brought to one unit: features of pictures in 0..1, normalised as ImageNet's. Steps
are fewer where the originals count on a graphics card.

**Faces.** What people complain about most is that nobody is recognised any more. \`faces.style\` says how much the style counts where the
face parser sees a face, \`faces.content\` how much more the content does, and every run of a picture with a face measures the likeness
(cosine of face descriptors, in gray) of result and content. Without a face nothing changes, and a warning says so.

**Regions.** A style may have a \`region\`, a gray picture of the content's shape that is white where it goes; then every style must have
one. A \`mask\`, of the style's shape, says which part of a style counts.

\`\`\`json5
{
  method: 'stylize',
  input: 'garden.jpg',
  styles: [
    { picture: 'waves.jpg', region: 'sky.png' },
    { picture: 'moss.jpg', region: 'ground.png', weight: 1 },
  ],
}
\`\`\`

**Reconstructions.** With \`style.weight=0\` and \`start.from=noise\` a run shows what a layer knows of the content, with \`content.weight=0\`
what it knows of the style: \`experiments/reconstruct.json5\` does it layer by layer.

**Print size.** The last scale can be as large as a print: \`--set size.scales=[256,512,3000] --set optimize.steps=[150,100,25]\`. Above two
megapixels a picture is computed tile by tile (\`size.tile\`), to the same result: targets are those of the whole style; statistics are sums
over places, added up over the tiles before any slope is taken; a tile is looked at through a window that is as much wider as the
network's features see (80 px at a side for relu5_1); and the grid moves at every step. What it costs is a second pass forward and the
windows' overlap, about twice the arithmetic; what it saves is memory, that of one window instead of the whole picture. Tiles and the
whole agree (360×270 px in six tiles, both packs): losses to 5e-6 and slopes to 2e-7 with Gram matrices, both to 1.3e-5 with
\`wasserstein\`, whose covariances lose a digit as sums of products. L-BFGS and
\`gradients: 'normalized'\` look at the whole picture and have no tiles. \`--dry-run\` says the tiles, the time of a step and the memory; what
does not fit is refused before it begins, with the tile size that does. At 3000×2000 px a step has 11 TFLOP with the compact pack (20 with the
official VGG19), in twelve tiles, and the run took 4.7 GB.

**Which network.** \`network.role\` "auto" takes the pack's \`vgg19_style\` where it has one, else its VGG19, else its VGG16.
The compact pack's answers as the official VGG19 down to relu5_1 with 55 % of its arithmetic and a twentieth of its bytes.

## All keys`

/** The text of docs/stylize.md. */
export function stylizeConfigTable(): string {
  return configTable(stylizeConfig, stylizeDefaults as unknown as JsonObject, INTRODUCTION)
}
