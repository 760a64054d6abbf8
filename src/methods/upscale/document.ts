/** docs/upscale.md: how to enlarge pictures, and every key of a config of this method. */
import { configTable } from '../../config/document.ts'
import type { JsonObject } from '../../config/merge.ts'
import { upscaleConfig, upscaleDefaults } from './schema.ts'

const INTRODUCTION = `# A larger picture

<!-- Generated from src/methods/upscale: npx vitest run test/config -u -->

\`\`\`sh
rephoto upscale photo.jpg                                    # four times as large, beside you as photo-upscaled.jpg
rephoto upscale album/ --out larger/ --format png            # every picture of a folder
rephoto upscale photo.jpg --scale 2.5 --out photo-large.tif
rephoto upscale photo.jpg --width 3000
rephoto upscale photo.jpg --network RealESRGAN_x4plus.pth
rephoto upscale photo.jpg --network general-x4v3.pth --blend general-wdn-x4v3.pth --share 0.3
\`\`\`

A network that was trained on pairs of small and large pictures draws the large one in a single pass. What it draws is likely, not
recovered: teeth, letters and lashes that were too small to be seen are made up. Each run says how much: the result is brought
back to the size of the input and compared with it, as numbers and as a map (\`invented.png\`).

**Networks.** The compact pack has one (SRVGGNetCompact ×4, [model card](../models/compact/README.md)). \`--network\` takes the file of
another as people have it: RRDBNet (ESRGAN, Real-ESRGAN, and what the community trained) of any width, depth and scale, SRVGGNetCompact, in the
names of any of the repositories, as PyTorch or safetensors files or as an ncnn pair (name the \`.param\`), and the \`model.json\` of
\`@upscalerjs/esrgan-slim\`, \`-medium\` and \`-thick\`. The architecture is read from the file, by names and shapes; a file of something else is
called what it is. \`rephoto models import FILE --pack NAME\` makes a pack of one. \`--blend\` mixes the weights of a second file in: between
Real-ESRGAN's general network and its sibling that does not denoise \`--share\` is the strength of the denoising, between one
trained for PSNR and one trained against a discriminator it is how much may be invented.

**Size.** \`--scale\` and \`--width\` take any size: the network enlarges by its own scale, and Lanczos brings that to what is asked for.

**Kept** are 16 bits, the alpha plane (enlarged by the network like a gray picture, \`--alpha bicubic\` smoothly), gray that stays gray,
resolution and EXIF; colours are sRGB as everywhere ([pictures.md](pictures.md)). \`--out\` names a file, whose suffix is the format,
or a folder; never is an input written over, another file only with \`--force\`. The run folder (\`--reports\`) has the
report, with pictures of 8 bits and at most 48 megapixels. Of several pictures each has a run; where one fails the others go on.

**Tiles.** A picture that does not fit into memory goes through the network in tiles, whose size is found by what is free
(\`--tile\` says it). Beyond the picture's edge it is mirrored. A tile sees a margin around its part: where that is as wide as the network looks
(every SRVGG), tiles give exactly the whole; deeper networks get 32 pixels, and neighbours are blended where they overlap, so that
no seam shows; \`--set tiles.margin=96\` brings them nearer to the whole. What the result would need in memory is known before anything
is computed.

\`--flips\` takes the mean over the eight orientations of the picture. \`--half\` computes in half precision, which a graphics card does
twice as fast; on the CPU it is refused, being slower there.

## All keys`

/** The text of docs/upscale.md. */
export function upscaleConfigTable(): string {
  return configTable(upscaleConfig, upscaleDefaults as unknown as JsonObject, INTRODUCTION)
}
