// Tensors to and from the device. onnxruntime-node offers neither (1.30: `getData` of a tensor on the device aborts the
// process), but an Identity whose input is on one side and whose output is on the other does it, for any shape.

import type * as ort from 'onnxruntime-node'
import { Writer } from 'protobufjs/minimal.js'
import type { CompileOptions } from '../contract.ts'
import { createSession, releaseSession } from './session.ts'

export class DeviceMemory {
  readonly #up: ort.InferenceSession
  readonly #down: ort.InferenceSession

  private constructor(up: ort.InferenceSession, down: ort.InferenceSession) {
    this.#up = up
    this.#down = down
  }

  static async open(options: CompileOptions): Promise<DeviceMemory> {
    const { device, threads } = options
    const plain = { ...(device && { device }), ...(threads !== undefined && { threads }) }
    return new DeviceMemory(
      await createSession(identityModel(), plain, { y: 'gpu-buffer' }),
      await createSession(identityModel(), plain, { y: 'cpu' }),
    )
  }

  /** The same numbers on the device. */
  async write(t: ort.Tensor): Promise<ort.Tensor> {
    return (await this.#up.run({ x: t }, ['y'])).y!
  }

  /** The numbers of a float32 tensor, wherever it is. */
  async read(t: ort.Tensor): Promise<Float32Array> {
    const here = t.location === 'gpu-buffer' ? (await this.#down.run({ x: t }, ['y'])).y! : t
    return here.data as Float32Array
  }

  async close(): Promise<void> {
    await releaseSession(this.#up)
    await releaseSession(this.#down)
  }
}

/** y = x, float32, of any shape. Field numbers are those of onnx.proto3. */
function identityModel(): Uint8Array {
  const writer = new Writer()
  const value = (field: number, name: string): void => {
    writer.uint32(field).fork().uint32(10).string(name)
    writer.uint32(18).fork().uint32(10).fork().uint32(8).int32(1).ldelim().ldelim().ldelim()
  }
  writer.uint32(8).int64(9).uint32(58).fork()
  writer.uint32(10).fork().uint32(10).string('x').uint32(18).string('y').uint32(34).string('Identity').ldelim()
  writer.uint32(18).string('copy')
  value(90, 'x')
  value(98, 'y')
  writer.ldelim()
  writer.uint32(66).fork().uint32(10).string('').uint32(16).int64(18).ldelim()
  return writer.finish()
}
