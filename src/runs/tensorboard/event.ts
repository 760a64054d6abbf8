/**
 * Events as TensorBoard reads them: messages of tensorflow/core/util/event.proto and framework/summary.proto, and of the HParams plugin.
 * The numbers of fields are those of the .proto files.
 */
import { Writer } from 'protobufjs/minimal.js'

/** A value of a config. */
export type Hyperparameter = string | number | boolean

const LENGTH_DELIMITED = 2
const DOUBLE = 1
const FLOAT = 5
const tag = (field: number, wire: number) => (field << 3) | wire
const message = (writer: Writer, field: number, inner: Uint8Array) =>
  writer.uint32(tag(field, LENGTH_DELIMITED)).bytes(inner)
const text = (writer: Writer, field: number, value: string) => writer.uint32(tag(field, LENGTH_DELIMITED)).string(value)

function event(seconds: number, step: number, fill: (writer: Writer) => void): Uint8Array {
  const writer = Writer.create().uint32(tag(1, DOUBLE)).double(seconds)
  if (step !== 0) writer.uint32(tag(2, 0)).int64(step)
  fill(writer)
  return writer.finish()
}

function summary(seconds: number, step: number, values: readonly Uint8Array[]): Uint8Array {
  const content = Writer.create()
  for (const value of values) message(content, 1, value)
  return event(seconds, step, (writer) => message(writer, 5, content.finish()))
}

/** The first event of a file. @param seconds since 1970 */
export function fileVersion(seconds: number): Uint8Array {
  return event(seconds, 0, (writer) => text(writer, 3, 'brain.Event:2'))
}

/** Numbers of a step. */
export function scalars(seconds: number, step: number, values: Readonly<Record<string, number>>): Uint8Array {
  return summary(
    seconds,
    step,
    Object.entries(values).map(([name, value]) =>
      text(Writer.create(), 1, name).uint32(tag(2, FLOAT)).float(value).finish(),
    ),
  )
}

/** A picture of a step. */
export interface StepPicture {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly png: Uint8Array
}

/** Pictures of a step. */
export function images(seconds: number, step: number, pictures: readonly StepPicture[]): Uint8Array {
  return summary(
    seconds,
    step,
    pictures.map(({ name, width, height, channels, png }) => {
      const image = Writer.create().uint32(8).int32(height).uint32(16).int32(width).uint32(24).int32(channels)
      return message(text(Writer.create(), 1, name), 4, message(image, 4, png).finish()).finish()
    }),
  )
}

/** The config of a run, for the HParams page. @param name of the run among others */
export function hyperparameters(
  seconds: number,
  name: string,
  values: Readonly<Record<string, Hyperparameter>>,
): Uint8Array {
  const start = Writer.create()
  for (const [key, value] of Object.entries(values))
    message(start, 1, message(text(Writer.create(), 1, key), 2, valueMessage(value)).finish())
  text(start, 4, name).uint32(tag(5, DOUBLE)).double(seconds)
  return summary(seconds, 0, [pluginValue('_hparams_/session_start_info', 3, start.finish())])
}

/** How the run ended, for the same page. */
export function sessionEnd(seconds: number, status: 'success' | 'failure' | 'running'): Uint8Array {
  const code = { success: 1, failure: 2, running: 3 }[status]
  const end = Writer.create().uint32(8).int32(code).uint32(tag(2, DOUBLE)).double(seconds)
  return summary(seconds, 0, [pluginValue('_hparams_/session_end_info', 4, end.finish())])
}

/** google.protobuf.Value */
function valueMessage(value: Hyperparameter): Uint8Array {
  const writer = Writer.create()
  if (typeof value === 'number') return writer.uint32(tag(2, DOUBLE)).double(value).finish()
  if (typeof value === 'boolean') return writer.uint32(tag(4, 0)).bool(value).finish()
  return text(writer, 3, value).finish()
}

/** A value whose content only a plugin reads. */
function pluginValue(name: string, field: number, content: Uint8Array): Uint8Array {
  // int32 version = 1 is 0, and left out.
  const data = message(Writer.create(), field, content).finish()
  const plugin = message(text(Writer.create(), 1, 'hparams'), 2, data).finish()
  return message(text(Writer.create(), 1, name), 9, message(Writer.create(), 1, plugin).finish()).finish()
}
