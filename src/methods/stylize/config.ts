/** Configs of style transfer: taken from files, completed and checked. */
import { closest } from 'fastest-levenshtein'
import { ConfigError } from '../../config/errors.ts'
import type { Fragment } from '../../config/load.ts'
import { type JsonObject, mergeInto } from '../../config/merge.ts'
import { shown } from '../../config/shown.ts'
import { validate } from '../../config/validate.ts'
import { type VggLayer, vggConvolutions } from '../../features/vgg.ts'
import type { LoadedPack } from '../../models/load.ts'
import type { Role } from '../../networks/roles.ts'
import { type StylizeConfig, type StylizeFragment, stylizeConfig, stylizeDefaults, stylizeSchema } from './schema.ts'
import { canBeTiled } from './tiles/choice.ts'
import { leastWindow, marginOf } from './tiles/grid.ts'

/** Roles that can look, the best for styles first. */
const LOOKING = ['vgg19_style', 'vgg19', 'vgg16'] as const satisfies readonly Role[]

/** A config, taken for one of this method. @throws ConfigError where it is of another */
export function stylizeFragment(fragment: Fragment): StylizeFragment {
  if (fragment.method === 'stylize') return fragment as StylizeFragment
  throw new ConfigError(`expected a config of the method "stylize", found one of ${shown(fragment.method ?? null)}`, {
    path: 'method',
  })
}

/** The complete config of a run, with the network settled. @throws ConfigError, or ModelError for a pack that lacks it */
export function resolveStylize(fragment: StylizeFragment, pack: LoadedPack): StylizeConfig {
  const merged = mergeInto(stylizeConfig, stylizeDefaults as unknown as JsonObject, fragment as JsonObject)
  validate(stylizeSchema, merged, { name: 'config' })
  const config = merged as unknown as StylizeConfig
  const role = config.network.role === 'auto' ? (LOOKING.find(pack.has) ?? LOOKING[0]) : config.network.role
  const complete = {
    ...config,
    network: { ...config.network, role },
    styles: config.styles.map((style) => ({ weight: 1, mask: null, region: null, ...style })),
  }
  checkTogether(complete)
  checkLayers(complete, pack, role)
  checkTile(complete)
  return complete
}

/** The architecture of a role. */
export function kindOfRole(role: StylizeConfig['network']['role']): 'vgg16' | 'vgg19' {
  return role === 'vgg16' ? 'vgg16' : 'vgg19'
}

/** Roles of the pack that a config uses. */
export function rolesOf(config: StylizeConfig): Role[] {
  return [config.network.role as Role, ...(looksForFaces(config) ? (['bisenet'] as const) : [])]
}

/** Whether faces are treated differently from the rest. */
export function looksForFaces({ faces }: Pick<StylizeConfig, 'faces'>): boolean {
  return faces.style !== 1 || faces.content !== 1
}

/** What no single key can know. */
function checkTogether(config: StylizeConfig): void {
  const { styles, style, content, start, size, optimize, variation, pixels } = config
  const refuse = (path: string, message: string): never => {
    throw new ConfigError(message, { path })
  }
  if (styles.length === 0 && style.weight > 0)
    refuse('styles', 'expected at least one style picture, found none; name it with --style, or set style.weight=0')
  if ([content.weight, style.weight, variation.weight, pixels.weight].every((weight) => weight === 0))
    refuse('content.weight', 'expected a weight above 0 among content, style, variation and pixels, found none')
  for (const [name, { layers, layerWeights }] of Object.entries({ content, style }))
    if (layerWeights !== null && layerWeights.length !== layers.length)
      refuse(
        `${name}.layerWeights`,
        `expected ${layers.length} weights, as there are layers, found ${layerWeights.length}`,
      )
  if (start.from === 'picture' && start.picture === null)
    refuse('start.picture', 'expected a picture to start from, found none; name it, or set start.from=content')
  if (start.from === 'style' && styles.length === 0) refuse('start.from', 'expected a style to start from, found none')
  if (size.scales.some((side, i) => i > 0 && side < size.scales[i - 1]!))
    refuse('size.scales', 'expected scales from coarse to fine, found a finer one before a coarser one')
  if (optimize.steps.length > size.scales.length)
    refuse('optimize.steps', `expected at most ${size.scales.length} numbers, as there are scales, found more`)
  const regions = styles.filter(({ region }) => region != null).length
  if (regions > 0 && regions < styles.length)
    refuse('styles', `expected a region for each of ${styles.length} styles or for none, found ${regions}`)
}

/** Layers that count, of the content and of the styles. */
export function countedLayers({ content, style }: Pick<StylizeConfig, 'content' | 'style'>): VggLayer[] {
  const layers = [content, style].flatMap(({ weight, layers }) => (weight > 0 ? layers : []))
  return [...new Set(layers)] as VggLayer[]
}

/** A tile must be wider than what the network sees beyond it, and its objective a sum over tiles. */
function checkTile({ size, network, gradients, optimize, ...rest }: StylizeConfig): void {
  const { tile } = size
  if (tile === 'auto' || tile === 0) return
  const refuse = (message: string): never => {
    throw new ConfigError(message, { path: 'size.tile' })
  }
  if (!canBeTiled({ gradients, optimize }))
    refuse(
      gradients === 'plain'
        ? 'expected a first-order optimizer for tiles, found "lbfgs", whose memory is as large as the picture; use adam, or 0'
        : 'expected gradients "plain" for tiles, found "normalized", which looks at the whole picture; change that, or use 0',
    )
  const layers = countedLayers(rest)
  if (layers.length === 0) return
  const least = leastWindow(marginOf(kindOfRole(network.role), layers))
  if (tile < least)
    refuse(
      `expected at least ${least}, for what the network sees around each place, found ${tile}; 0 computes without tiles`,
    )
}

/** Every layer that is asked for must be in the network. */
function checkLayers({ content, style }: StylizeConfig, pack: LoadedPack, role: Role): void {
  const store = pack.store(role)
  const known = vggConvolutions(role === 'vgg16' ? 'vgg16' : 'vgg19')
    .filter(({ key }) => store.has(`${key}.weight`))
    .flatMap(({ block, place }) => [`relu${block}_${place}`, `conv${block}_${place}`])
  for (const [name, { weight, layers }] of Object.entries({ content, style })) {
    const unknown = weight > 0 ? layers.find((layer) => !known.includes(layer)) : undefined
    if (unknown !== undefined)
      throw new ConfigError(
        `expected a layer of ${role}, which ends at ${known.at(-2)}, found "${unknown}"; the nearest is "${closest(unknown, known)}"`,
        { path: `${name}.layers` },
      )
  }
}
