/** Keys of a config that every method has: what it works on, with what, where, and what is kept. */
import { z } from 'zod'
import { filePath } from '../config/marks.ts'
import { MOST_THREADS, positive } from '../config/schema-numbers.ts'

/** What is kept of a run. */
export const outputSchema = z
  .strictObject({
    frames: z
      .int()
      .min(0)
      .max(10_000)
      .describe('How many pictures of the optimization to keep, evenly spread; 0: none.'),
    saveEverySeconds: positive(86_400).describe(
      'How often the state is saved from which an interrupted run continues.',
    ),
  })
  .describe('What is kept of a run.')

/** How a result goes back into the photograph that its square was cut out of; of methods that cut one out. */
export const pasteSchema = z
  .strictObject({
    mode: z
      .enum(['auto', 'face', 'color', 'off'])
      .describe(
        'What whole.png shows: "face": the new face in the old photograph, its tones matched; "color": the old photograph, its face in the colours of the result; "auto": colours where the face in the photograph has far more pixels than the result, else the face; "off": no whole.png.',
      ),
    feather: positive(0.2).describe("Softness (sigma) of the face's edge, as a part of the crop's side."),
  })
  .describe('The whole photograph with the result in it.')

/** Its values where nobody says otherwise. */
export const pasteDefaults = { mode: 'auto', feather: 0.02 } as const

/** Where a method writes its result whose pictures are too large, or too deep, for the run folder. */
export const resultFileSchema = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .max(4096)
      .nullable()
      .describe('The picture to write, with all bits and what the file of the input says; its suffix is the format.'),
    replace: z.boolean().describe('Whether a file of that name may be replaced.'),
  })
  .describe('Where the result goes besides the run folder, which has a picture for its report.')

/** What it comes to. */
export type ResultFile = z.infer<typeof resultFileSchema>

/** Its values where nobody says otherwise. */
export const resultFileDefaults = { file: null, replace: false } as const

/** What a method that makes a picture of a picture can be told of what should come out. */
export const truthSchema = z
  .strictObject({
    picture: filePath('The picture that should come out, to measure the result by; null: unknown.'),
  })
  .describe('What a synthetic input is known to come from. Only metrics.json sees it.')

/** Its values where nobody says otherwise. */
export const truthDefaults = { picture: null } as const

/** The keys, for a schema. */
export const commonKeys = {
  input: filePath('The picture, relative to the config file (null: named on the command line).'),
  seed: z.int().min(0).max(0xffffffff).describe('Fixes everything that is drawn.'),
  pack: z
    .string()
    .min(1)
    .max(4096)
    .describe('Model pack: "compact", another installed pack, or the path of a pack folder.'),
  device: z
    .enum(['auto', 'cpu', 'webgpu', 'cuda'])
    .describe(
      'Where networks and the step are computed: "auto" takes the quickest that works; `rephoto doctor` lists what is there (docs/devices.md).',
    ),
  engine: z
    .enum(['onnxruntime', 'tfjs'])
    .describe(
      'What computes: ONNX Runtime, or TensorFlow.js on whichever of its packages is installed (docs/devices.md).',
    ),
  threads: z.int().min(0).max(MOST_THREADS).describe('CPU threads; 0: as many as there are cores.'),
}

/** Their values where nobody says otherwise. */
export const commonDefaults = {
  input: null,
  seed: 0,
  pack: 'compact',
  device: 'auto',
  engine: 'onnxruntime',
  threads: 0,
} as const

/** The keys of a method in a config; without it a config is one of rephotography. */
export function methodKey<Name extends string>(name: Name) {
  return z.literal(name).describe('The method: what a run makes of its picture.')
}
