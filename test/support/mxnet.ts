// A small MobileFaceNet of formula weights, and MXNet's list of arrays around tensors, written after its source (ndarray.cc, NDArray::Save).
import { formulaValues } from './formula.ts'

export interface Array32 {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Tensors with the names of InsightFace's file, narrower: 8 to 32 channels, 16 numbers. */
export function mobileFaceTensors(): Map<string, Array32> {
  const tensors = new Map<string, Array32>()
  const put = (name: string, shape: readonly number[], change: (v: number) => number = (v) => v) => {
    const count = shape.reduce((a, b) => a * b, 1)
    tensors.set(name, { shape, data: Float32Array.from(formulaValues(name, count), change) })
  }
  const conv = (name: string, out: number, perGroup: number, side: number, slopes = true) => {
    const scale = 1 / Math.sqrt(perGroup * side * side)
    put(`arg:${name}_conv2d_weight`, [out, perGroup, side, side], (v) => v * scale)
    put(`arg:${name}_batchnorm_gamma`, [out], (v) => 1 + 0.2 * v)
    put(`arg:${name}_batchnorm_beta`, [out], (v) => 0.1 * v)
    put(`aux:${name}_batchnorm_moving_mean`, [out], (v) => 0.1 * v)
    put(`aux:${name}_batchnorm_moving_var`, [out], (v) => 0.5 + v * v)
    if (slopes) put(`arg:${name}_relu_gamma`, [out], (v) => 0.25 + 0.1 * v)
  }
  const block = (name: string, from: number, wide: number, to: number) => {
    conv(`${name}_conv_sep`, wide, from, 1)
    conv(`${name}_conv_dw`, wide, 1, 3)
    conv(`${name}_conv_proj`, to, wide, 1, false)
  }
  conv('conv_1', 8, 3, 3)
  conv('conv_2_dw', 8, 1, 3)
  block('dconv_23', 8, 16, 8)
  block('res_3_block0', 8, 12, 8)
  block('dconv_34', 8, 16, 12)
  block('res_4_block0', 12, 16, 12)
  block('res_4_block1', 12, 16, 12)
  block('dconv_45', 12, 16, 8)
  block('res_5_block0', 8, 16, 8)
  conv('conv_6sep', 32, 8, 1)
  conv('conv_6dw7_7', 32, 1, 7, false)
  put('arg:fc1_weight', [16, 32], (v) => 0.2 * v)
  put('arg:pre_fc1_bias', [16])
  put('arg:fc1_gamma', [16], () => 7)
  put('arg:fc1_beta', [16])
  put('aux:fc1_moving_mean', [16])
  put('aux:fc1_moving_var', [16], (v) => 0.5 + v * v)
  return tensors
}

export function mxnetFile(tensors: ReadonlyMap<string, Array32>): Buffer {
  const u64 = (n: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(n))
    return bytes
  }
  const i32 = (n: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(n | 0)
    return bytes
  }
  const arrays = [...tensors.values()].map(({ shape, data }) =>
    Buffer.concat([
      i32(0xf993fac9),
      i32(0),
      i32(shape.length),
      ...shape.map(u64),
      i32(1),
      i32(0),
      i32(0),
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    ]),
  )
  const names = [...tensors.keys()].map((name) => Buffer.concat([u64(name.length), Buffer.from(name)]))
  return Buffer.concat([u64(0x112), u64(0), u64(arrays.length), ...arrays, u64(names.length), ...names])
}
