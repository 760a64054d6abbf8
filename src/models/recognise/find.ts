/**
 * Goes through a checkpoint and says which networks are in it, from names and shapes alone. File names decide nothing
 * here (the importer asks the name only for a colour encoder's emulsion).
 */
import type { Checkpoint } from '../../checkpoint/open.ts'
import { type TensorSource, TensorValue, type Value } from '../../checkpoint/value.ts'
import { ModelError } from '../errors.ts'
import { looksLikeBiSeNet, readBiSeNet } from './bisenet.ts'
import { looksLikeColorEncoder, readColorEncoder } from './color-encoder.ts'
import { looksLikeE4e, readE4e } from './e4e.ts'
import { type Found, latentMean } from './found.ts'
import { findNvidiaGenerator, readNvidiaGenerator } from './nvidia.ts'
import { looksLikeStyleGan2, readStyleGan2 } from './stylegan2.ts'
import { below, type Tensors } from './template.ts'
import { looksLikeVgg, looksLikeVggFace, readVgg, readVggFace } from './vgg.ts'

/** Where networks lie in a file: at its root, or under one of the names that training scripts use. */
const places = ['', 'g_ema', 'state_dict', 'model', 'net', 'params', 'params_ema']

export function findNetworks(file: Checkpoint): Found[] {
  try {
    const nvidia = findNvidiaGenerator(file.root)
    if (nvidia !== undefined) return readNvidiaGenerator(nvidia)
    for (const place of places) {
      const found = readStateDict(tensorsAt(file, place), place === '' ? 'root' : place, file.root)
      if (found.length > 0) return found
    }
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(`${file.path}: ${error.message}`)
    throw error
  }
  const names = file.keys().slice(0, 3).join(', ') || 'none'
  throw new ModelError(
    `${file.path}: not recognised; it has ${file.keys().length} tensors (${names.slice(0, 200)}), and no known network (see docs/models.md)`,
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

/** The tensors directly in one dict of the file, without the "module." that DataParallel puts in front. */
function tensorsAt(file: Checkpoint, place: string): Tensors {
  const out = new Map<string, TensorSource>()
  if (file.root === undefined) {
    // Files of named tensors alone: a place is the beginning of their names.
    const prefix = place === '' ? '' : `${place}.`
    for (const key of file.keys()) if (key.startsWith(prefix)) out.set(key.slice(prefix.length), file.tensor(key))
  } else {
    const dict = place === '' ? file.root : file.root instanceof Map ? file.root.get(place) : undefined
    if (dict instanceof Map)
      for (const [key, value] of dict) if (value instanceof TensorValue) out.set(String(key), value)
  }
  const wrapped = out.size > 0 && [...out.keys()].every((key) => key.startsWith('module.'))
  return wrapped ? below(out, 'module.') : out
}

function average(root: Value | undefined): TensorSource | undefined {
  const value = root instanceof Map ? root.get('latent_avg') : undefined
  return value instanceof TensorValue ? value : undefined
}
