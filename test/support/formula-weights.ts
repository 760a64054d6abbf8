// A weight store whose numbers come from the formula, by the rules of the golden numbers: full-size networks without a
// single file. Keys and shapes are listed in golden/keys.json.

import { memoryStore, type WeightStore } from '../../src/checkpoint/store.ts'
import { Weights } from '../../src/graph/weights.ts'
import { formulaValues } from './formula.ts'
import { readGoldenKeys } from './golden.ts'

interface Rule {
  std: number
  mean: number
}

type ShapeOf = readonly number[]

function stylegan(key: string): Rule {
  if (/^style\..*\.weight$/.test(key)) return { std: 100, mean: 0 }
  if (/^style\..*\.bias$/.test(key)) return { std: 1, mean: 0 }
  if (key.endsWith('modulation.bias')) return { std: 0.1, mean: 1 }
  if (key.endsWith('noise.weight') || key.endsWith('.bias')) return { std: 0.1, mean: 0 }
  return { std: 1, mean: 0 }
}

/** The rule for networks with ReLU: variance 2/fan-in, statistics and biases near their neutral values. */
export function heRule(key: string, shape: ShapeOf): Rule {
  if (key.endsWith('running_mean')) return { std: 0.1, mean: 0 }
  if (key.endsWith('running_var')) return { std: 0.05, mean: 1 }
  if (shape.length > 1) return { std: Math.sqrt(2 / shape.slice(1).reduce((a, b) => a * b, 1)), mean: 0 }
  return key.endsWith('.weight') ? { std: 0.05, mean: 1 } : { std: 0.05, mean: 0 }
}

function e4e(key: string, shape: ShapeOf): Rule {
  if (key.endsWith('.linear.weight')) return { std: 1, mean: 0 }
  if (key.endsWith('.linear.bias')) return { std: 0.1, mean: 0 }
  if (key.endsWith('.res_layer.4.weight')) return { std: 0.05, mean: 0.3 }
  if (key === 'input_layer.2.weight' || key.endsWith('.res_layer.2.weight')) return { std: 0.02, mean: 0.25 }
  return heRule(key, shape)
}

interface Network {
  keys: string
  prefix: string
  rule: (key: string, shape: ShapeOf) => Rule
}

const networks = {
  stylegan2: { keys: 'stylegan2_1024', prefix: 'stylegan2', rule: stylegan },
  e4e: { keys: 'e4e', prefix: 'e4e', rule: e4e },
  color_encoder: { keys: 'color_encoder', prefix: 'color_encoder', rule: heRule },
  vgg16: { keys: 'vgg16', prefix: 'vgg16', rule: heRule },
  vgg19: { keys: 'vgg19', prefix: 'vgg19', rule: heRule },
  vggface: { keys: 'vggface', prefix: 'vggface', rule: heRule },
  bisenet: { keys: 'bisenet', prefix: 'bisenet', rule: heRule },
} as const satisfies Record<string, Network>

export type FormulaNetwork = keyof typeof networks

/** The store of one network; numbers are made when they are asked for. */
export function formulaStore(network: FormulaNetwork, salt = ''): WeightStore {
  const { keys, prefix, rule } = networks[network]
  const listed = readGoldenKeys()[keys] as Record<string, number[]>
  const named = network.startsWith('vgg1')
    ? Object.entries(listed).map(([k, s]) => [`features.${k}`, s] as const)
    : Object.entries(listed)
  const shapes = new Map(named)
  const empty = memoryStore({})
  return {
    keys: () => [...shapes.keys()],
    has: (key) => shapes.has(key),
    shape: (key) => shapes.get(key) ?? empty.shape(key),
    read: (key) => {
      const shape = shapes.get(key) ?? empty.shape(key)
      const { std, mean } = rule(key, shape)
      return formulaValues(
        `${prefix}/${key}`,
        shape.reduce((a, b) => a * b, 1),
        std,
        mean,
        salt,
      )
    },
  }
}

/** The weights of one network; a generator smaller than 1024 px is cut from the full one. */
export function formulaWeights(network: FormulaNetwork, options: { salt?: string; size?: number } = {}): Weights {
  const store = formulaStore(network, options.salt)
  if (options.size === undefined) return new Weights(store, network)
  const blocks = Math.log2(options.size) - 2
  const inside = (key: string): boolean => {
    const block = /^(convs|to_rgbs)\.(\d+)\./.exec(key)
    return !block || Number(block[2]) < (block[1] === 'convs' ? 2 * blocks : blocks)
  }
  return new Weights(
    { ...store, keys: () => store.keys().filter(inside), has: (key) => inside(key) && store.has(key) },
    network,
  )
}

/** Numbers of one tensor of a network by its rule, also of a shape that the official network does not have. */
export function formulaTensor(network: FormulaNetwork, key: string, shape: ShapeOf): Float32Array {
  const { prefix, rule } = networks[network]
  const { std, mean } = rule(key, shape)
  const count = shape.reduce((a, b) => a * b, 1)
  return formulaValues(`${prefix}/${key}`, count, std, mean)
}
