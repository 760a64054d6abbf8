/** docs/paint.md: how to paint portraits, and every key of a config of this method. */
import { configTable } from '../../config/document.ts'
import type { JsonObject } from '../../config/merge.ts'
import { paintConfig, paintDefaults } from './schema.ts'

const INTRODUCTION = `# A painted portrait

<!-- Generated from src/methods/paint: npx vitest run test/config -u -->

\`\`\`sh
rephoto paint me.jpg                                         # the face as an oil portrait, beside you as me-painted.jpg
rephoto paint me.jpg --network latest_net_G_A.pth            # by a network of others
rephoto paint album/ --network unet.pth --out painted/       # every portrait of a folder
rephoto paint me.jpg --strength 0.6                          # six tenths painting, four tenths photograph
rephoto paint me.jpg --whole --size 512                      # the whole photograph, its face painted
rephoto paint garden.jpg --network style_monet.pth --align none --size 1024
\`\`\`

A network that was trained on photographs and paintings turns one into the other in a single pass.

**Networks.** The compact pack has a small one, which paints broad strokes in warm colours and keeps the sitter ([its card](../models/compact/README.md));
\`--network\` takes the file of another as people have it, or \`rephoto models import FILE --pack NAME\`
makes a pack of it. Known are the generators of pytorch-CycleGAN-and-pix2pix (\`latest_net_G.pth\`, \`latest_net_G_A.pth\`: the U-Nets of any depth, with
batch or instance norm, and the ResNets of any number of blocks, with or without dropout) and the DynamicUnet of fastai on a ResNet18 or ResNet34,
which Portrait-izer uses. The architecture is read from the file, by names and shapes; a file of something else is called what it is.
Files from before PyTorch 0.4 hold running statistics of instance norms that nothing uses: they are left out, and a note says so. What a file cannot say,
a pack can ([models.md](models.md)): the side of the training's squares, fastai's \`blur\` and \`y_range\`. Networks for other tasks than painting
work as well where they take and give colour pictures.

**Framing.** Photographs and paintings must be framed alike, or the network paints a forehead where hair should be. So the face is found and the
square around it is cut out as for all networks of faces here ([align.md](align.md)); \`--face\`, \`--landmarks\`, \`--turn\` and \`--insist\` are those of \`rephoto run\`.
The result is that square, painted. Every run also leaves \`whole.png\`, the photograph with the painted square in it, its edge softened; \`--whole\` writes that to the file
instead. With \`--align none\` the picture is painted as it is, of any shape.

**Size.** \`--size\` is the side of the square; by default that of the training, 256 px where nobody says otherwise. Larger is possible with all of these
networks, since they are convolutions, but strokes stay as many pixels wide as they were learned. The whole picture goes through the network at once, because each of them takes
statistics of all of it or sees all of it: tiles would come out in different colours. What that needs in memory is known before anything is computed.

**Strength.** \`--strength\` mixes painting and photograph. Whether the sitter is still known is measured in every run (\`identity.photo\`, the cosine of face
descriptors).

**Batch norm.** pix2pix itself tests with the statistics of the picture unless it is told \`--eval\`: \`--set network.statistics=picture\` does as much (without its dropout, which is
chance). By default the stored ones are taken.

**Kept** are EXIF and colour profile; of the whole photograph the resolution, too. Results have 8 bits. \`--out\` names a file, whose suffix is the format, or a
folder; never is an input written over, another file only with \`--force\`. Of several pictures each has a run (\`--reports\`); where one fails the others go on.
\`--dry-run\` says time and memory before.

## All keys`

/** The text of docs/paint.md. */
export function paintConfigTable(): string {
  return configTable(paintConfig, paintDefaults as unknown as JsonObject, INTRODUCTION)
}
