/**
 * Goes through a checkpoint and says which networks are in it, from names and shapes alone. File names decide nothing
 * here (the importer asks the name only for a colour encoder's emulsion).
 */
import type { Checkpoint } from '../../checkpoint/open.ts'
import { type TensorSource, TensorValue, type Value } from '../../checkpoint/value.ts'
import { cut } from '../../text/visible.ts'
import { ModelError } from '../errors.ts'
import { looksLikeBiSeNet, readBiSeNet } from './bisenet.ts'
import { looksLikeColorEncoder, readColorEncoder } from './color-encoder.ts'
import { looksLikeE4e, readE4e } from './e4e.ts'
import { type Found, latentMean } from './found.ts'
import { findNvidiaGenerator, readNvidiaGenerator } from './nvidia.ts'
import { looksLikeStyleGan2, readStyleGan2 } from './stylegan2.ts'
import { below, type Tensors } from './template.ts'
import { looksLikeVgg, looksLikeVggFace, readVgg, readVggFace } from './vgg.ts'

/** A tensor of each known network that no part of another has: what stands before its name is what training scripts put there. */
const landmarks = [
  'input.input',
  'encoder.input_layer.0.weight',
  'input_layer.0.weight',
  'conv0.0.weight',
  'features.0.weight',
  'conv1_1.weight',
  'cp.resnet.conv1.weight',
]

/** Names that PyTorch's wrappers put between: DataParallel, torch.compile, FSDP, activation checkpoints, Lightning's engines. */
const wrappers = /(?<=^|\.)(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module)\./g

export function findNetworks(file: Checkpoint): Found[] {
  try {
    const nvidia = findNvidiaGenerator(file.root)
    if (nvidia !== undefined) return readNvidiaGenerator(nvidia)
    const tensors = unwrapped(file)
    for (const prefix of prefixes(tensors)) {
      const found = readStateDict(below(tensors, prefix), prefix.slice(0, -1) || 'root', file.root)
      if (found.length > 0) return found
    }
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(`${file.path}: ${error.message}`)
    throw error
  }
  const names = file.keys().slice(0, 3).join(', ') || 'none'
  throw new ModelError(
    `${file.path}: not recognised; it has ${file.keys().length} tensors (${cut(names, 200)}), and no known network (see docs/models.md)`,
  )
}

function readStateDict(tensors: Tensors, at: string, root: Value | undefined): Found[] {
  if (looksLikeStyleGan2(tensors)) {
    const mean = average(root)
    return [readStyleGan2(tensors, at), ...(mean === undefined ? [] : [latentMean(mean, 'latent_avg')])]
  }
  const encoder = tensors.has('encoder.input_layer.0.weight') ? below(tensors, 'encoder.') : tensors
  if (looksLikeE4e(encoder)) {
    const mean = average(root) ?? tensors.get('latent_avg')
    const opts = root instanceof Map ? root.get('opts') : undefined
    const found = [readE4e(encoder, `${at}.encoder`, mean, opts)]
    const decoder = below(tensors, 'decoder.')
    if (looksLikeStyleGan2(decoder)) found.push({ ...readStyleGan2(decoder, `${at}.decoder`), byproduct: true })
    if (mean !== undefined) found.push(latentMean(mean, 'latent_avg', true))
    return found
  }
  if (looksLikeColorEncoder(tensors)) return [readColorEncoder(tensors, at)]
  if (looksLikeVgg(tensors)) return [readVgg(tensors, at)]
  if (looksLikeVggFace(tensors)) return [readVggFace(tensors, at)]
  if (looksLikeBiSeNet(tensors)) return [readBiSeNet(tensors, at)]
  return []
}

/** Every tensor by its dotted name, without the names of wrappers. */
function unwrapped(file: Checkpoint): Tensors {
  const out = new Map<string, TensorSource>()
  for (const key of file.keys()) {
    const plain = key.replaceAll(wrappers, '')
    // Of two that would be the same, the first; the other keeps its name.
    out.set(out.has(plain) ? key : plain, file.tensor(key))
  }
  return out
}

/** What may stand before the names of a network: nothing first, then averaged weights ("g_ema."), then the nearest to the root. */
function prefixes(tensors: Tensors): string[] {
  const found = new Set<string>()
  for (const key of tensors.keys()) {
    for (const landmark of landmarks) {
      const prefix = key.slice(0, -landmark.length)
      if (key.endsWith(landmark) && (prefix === '' || prefix.endsWith('.'))) found.add(prefix)
    }
  }
  const rank = (prefix: string) =>
    prefix === '' ? 0 : prefix.split('.').length + (/(?:^|[._])ema[._]/iu.test(prefix) ? 0 : 1000)
  return [...found].sort((a, b) => rank(a) - rank(b))
}

function average(root: Value | undefined): TensorSource | undefined {
  const value = root instanceof Map ? root.get('latent_avg') : undefined
  return value instanceof TensorValue ? value : undefined
}
