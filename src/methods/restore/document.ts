/** docs/restore.md: how to restore photographs, and every key of a config of this method. */
import { configTable } from '../../config/document.ts'
import type { JsonObject } from '../../config/merge.ts'
import { restoreConfig, restoreDefaults } from './schema.ts'

const INTRODUCTION = `# An old photograph restored

<!-- Generated from src/methods/restore: npx vitest run test/config -u -->

\`\`\`sh
rephoto restore photo.jpg                             # beside you as photo-restored.jpg
rephoto restore album/ --out restored/ --faces        # every photograph of a folder, faces too
rephoto restore torn.jpg --scratches damage.png       # with a mask painted by hand, white where it is damaged
rephoto restore scan.tif --pack old --high-resolution --dry-run
\`\`\`

Bringing Old Photos Back to Life (Wan et al. 2020), whole: a photograph is encoded by an autoencoder that knows old photographs, its
latent is mapped to that of a clean one, and decoded by an autoencoder that knows clean ones. What the networks draw is likely, not
recovered.

**Networks.** Small ones ship (pack \`compact\`, 8 MB, trained by this project: models/compact/README.md). They add to a photograph what
they think it lacks, where the official ones draw the whole anew: what is sharp stays so, and tones are the photograph's own. They undo blur, grain,
JPEG, fading and thin scratches; a hand's breadth of torn paper they fill with something gray. The official files are imported as they are, a folder
telling which of those called alike one is:

\`\`\`sh
cd Bringing-Old-Photos-Back-to-Life
rephoto models import --pack old Global/checkpoints/restoration/*/latest_net_*.pth Global/checkpoints/detection/FT_Epoch_latest.pt
rephoto models import --pack old Face_Enhancement/checkpoints/{Setting_9_epoch_100,FaceSR_512}/latest_net_G.pth
\`\`\`

Their numbers are tested on weights of a formula against the official code, at full size, since the files themselves cannot be fetched
everywhere (test/golden/restore.test.ts).

**Stages**, each with its picture in the run folder:

1. *Damage* (\`mask.png\`, \`holed.png\`). \`--scratches auto\`: the detector looks at a gray copy whose shorter side is 256 pixels.
   \`none\`: nothing is filled in. Anything else is a mask of the photograph's size, white where it is damaged.
2. *Restoration* (\`restored.png\`). Where nothing is damaged, the mapping for faded and grainy photographs. Where something is, the one
   for scratched ones, in whose middle damaged positions look for what resembles them in the rest of the photograph.
3. *Faces* (\`faces.png\`), with \`--faces\`: cut out, restored by a network of their own, given back the tones that were there, and put
   back with a soft border, by \`restore_face_256\` or \`restore_face_512\`. With a pack that has neither, as the one that ships, every
   clear face is rephotographed instead, in colour, and put back, one run after the other (docs/runs.md has chains).

What was found, what was left out and why is said while it runs and stands in the report.

**Time and memory.** \`--dry-run\` says both before anything is done: the detector looks, the graphs are counted, the machine's
speed is measured.
Networks with batch norm (\`--norm batch\` of the official training code) go over a photograph in tiles that fit into memory, blended
where they overlap (tiles of 128 against 512 pixels: at most 3 levels of 255 apart, 0.02 on average); what fits the damage is then looked for within a tile of 256 pixels (\`--tile\`). The official networks have instance
norm: statistics are taken over the whole photograph, so it is not cut. Their attention needs all positions for each, a time that
grows with the square of the photograph: at a megapixel 9 TFLOP, at 3 megapixels 70, at 12 more than 1100. Its memory doesn't: positions look in blocks
(\`attention.block\`), which gives the same. \`--high-resolution\` fills in from patches instead, whose time grows much slower; there damage
is widened by three pixels, as in the official code.

**Tones.** A gray photograph stays gray. One of a single tone (sepia, gold, the yellow of old paper) is restored as gray and given its tone
back; whether it is one is seen from whether its colours follow from how bright they are. \`--set keepGray=false\` leaves both to the networks.

**Like the official code.** With its networks pictures are stretched so that the darkest pixel is black and the brightest white
(\`--no-stretch\` leaves tones as the networks gave them), and its sides are rounded to multiples of 4 or 16 (\`--set fit=resize\`; here a mirrored border is cut
off again). For its results to the last level: \`--set fit=resize --set keepGray=false\`.

Kept are 16 bits (not where faces are put back), the alpha plane, resolution and EXIF. \`--out\` names a file or a folder; never is an
input written over, another file only with \`--force\`. Of several photographs each has a run; where one fails the others go on.

## All keys`

/** The text of docs/restore.md. */
export function restoreConfigTable(): string {
  return configTable(restoreConfig, restoreDefaults as unknown as JsonObject, INTRODUCTION)
}
