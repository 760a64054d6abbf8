/**
 * Goes through a checkpoint and says which networks are in it, from names and shapes alone. File names decide nothing
 * here (the importer asks the name only where numbers cannot tell the role, as for a colour encoder's emulsion).
 */
import type { Checkpoint } from '../../checkpoint/open.ts'
import type { TensorSource } from '../../checkpoint/value.ts'
import { NetworkError } from '../../networks/errors.ts'
import type { Found } from '../../networks/found.ts'
import type { Place } from '../../networks/network.ts'
import { kinds } from '../../networks/roles.ts'
import { below, type Tensors } from '../../networks/template.ts'
import { ModelError } from '../errors.ts'

/** Names that PyTorch's wrappers put between: DataParallel, torch.compile, FSDP, activation checkpoints, Lightning's engines. */
const wrappers = /(?<=^|\.)(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module)\./g
/** Of what may stand before a network's names, so many are tried: no file of one network has more. */
const mostPrefixes = 100

/** @param as the role that the user says, where several kinds of networks have the same tensors */
export function findNetworks(file: Checkpoint, as?: string): Found[] {
  try {
    const tensors = unwrapped(file)
    for (const prefix of prefixes(tensors)) {
      const at = prefix.slice(0, -1) || 'root'
      const found = networksAt({ tensors: below(tensors, prefix), at, root: file.root }, as)
      if (found.length > 0) return found
    }
  } catch (error) {
    if (error instanceof ModelError || error instanceof NetworkError)
      throw new ModelError(`${file.path}: ${error.message}`)
    throw error
  }
  const names = file.keys().slice(0, 3).join(', ') || 'none'
  throw new ModelError(
    `${file.path}: not recognised; it has ${file.keys().length} tensors (${names.slice(0, 200)}), and no known network (see docs/models.md)`,
  )
}

/** What the one kind of network that knows its own makes of a place. */
function networksAt(place: Omit<Place, 'inside'>, as: string | undefined): Found[] {
  const inside = (prefix: string): Found[] => {
    const tensors = below(place.tensors, prefix)
    return networksAt({ tensors, at: `${place.at}.${prefix.replace(/\.$/, '')}`, root: undefined }, as)
  }
  const claims: (readonly Found[])[] = []
  const refusals: NetworkError[] = []
  for (const kind of kinds)
    try {
      const found = kind.recognise({ ...place, inside })
      if (found.length > 0) claims.push(found)
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      refusals.push(error)
    }
  const [first, ...others] = claims
  if (first === undefined && refusals[0] !== undefined) throw refusals[0]
  if (first === undefined || others.length === 0) return [...(first ?? [])]
  const said = claims.find((found) => found.some(({ role }) => role === as))
  if (said !== undefined) return [...said]
  const titles = claims.map(([found]) => found?.title).join(', or ')
  const words = claims.flatMap(([found]) => (typeof found?.role === 'string' ? [found.role] : []))
  throw new ModelError(`its tensors fit several networks (${titles}); add --as ${orList(words)}`)
}

/** "b, gb or g" */
export function orList(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), words.at(-1)].filter(Boolean).join(' or ')
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

/**
 * What may stand before the names of a network, by the kinds' landmarks: nothing first, then averaged weights ("g_ema."), then the
 * nearest to the root.
 */
function prefixes(tensors: Tensors): string[] {
  const landmarks = kinds.flatMap((kind) => kind.landmarks)
  const found = new Set([''])
  for (const key of tensors.keys())
    for (const landmark of landmarks) {
      const prefix = key.slice(0, -landmark.length)
      if (key.endsWith(landmark) && prefix.endsWith('.')) found.add(prefix)
    }
  const rank = (prefix: string) =>
    prefix === '' ? 0 : prefix.split('.').length + (/(?:^|[._])ema[._]/iu.test(prefix) ? 0 : 1000)
  return [...found].sort((a, b) => rank(a) - rank(b)).slice(0, mostPrefixes)
}
