/** Event files: checksums of the standard, frames that a reader finds whole, and the numbers of the run in them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Reader } from 'protobufjs/minimal.js'
import { afterAll, expect, it } from 'vitest'
import { openLossLog } from '../../src/run/losses.ts'
import { readEntry } from '../../src/runs/entry.ts'
import { crc32c, recordOf } from '../../src/runs/tensorboard/record.ts'
import { eventFile } from '../../src/runs/tensorboard/write.ts'
import { aManifest } from '../support/manifest.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-events-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

it('CRC-32C gives the numbers of RFC 3720 and of the check in every catalogue', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
})

it('a record is what TensorBoard writes for the same bytes', () => {
  // By the writer of TensorBoard itself, of the bytes "abc".
  expect(recordOf(Buffer.from('abc')).toString('hex')).toBe('0300000000000000b099490e6162636e57f121')
})

/** Fields of a message: numbers, bytes. */
function fieldsOf(bytes: Uint8Array): Map<number, (Uint8Array | number)[]> {
  const reader = Reader.create(bytes)
  const found = new Map<number, (Uint8Array | number)[]>()
  while (reader.pos < reader.len) {
    const key = reader.uint32()
    const wire = key & 7
    const value =
      wire === 2 ? reader.bytes() : wire === 1 ? reader.double() : wire === 5 ? reader.float() : Number(reader.int64())
    found.set(key >>> 3, [...(found.get(key >>> 3) ?? []), value])
  }
  return found
}

function eventsOf(file: Buffer): Map<number, (Uint8Array | number)[]>[] {
  const events = []
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at))
    const whole = file.subarray(at, at + 16 + length)
    expect(recordOf(whole.subarray(12, 12 + length)).equals(whole)).toBe(true)
    events.push(fieldsOf(whole.subarray(12, 12 + length)))
    at += whole.length
  }
  return events
}

it('holds losses of every step, pictures, metrics and the config', () => {
  const folder = join(place, 'run')
  mkdirSync(join(folder, 'frames'), { recursive: true })
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(aManifest()))
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ input: 'a.png', losses: { eye: { weight: 0.5 } }, align: true }),
  )
  const metrics = { format: 'rephoto-metrics', formatVersion: 1, values: { 'truth.psnr': 20.5, 'truth.skin': null } }
  writeFileSync(join(folder, 'metrics.json'), JSON.stringify(metrics))
  const log = openLossLog(join(folder, 'losses.csv'), 0)
  for (const step of [1, 2, 3])
    log.append({
      step,
      stage: 0,
      losses: { total: 8 / step, terms: { eye: { raw: step, weighted: step / 2 } } },
      camera: {},
    })
  log.close()
  const png = Buffer.alloc(30)
  png.write('IHDR', 12, 'latin1')
  png.writeUInt32BE(7, 16)
  png.writeUInt32BE(5, 20)
  png[25] = 2
  writeFileSync(join(folder, 'frames/0002.png'), png)

  const events = eventsOf(eventFile(readEntry(folder)))
  expect(Buffer.from(events[0]!.get(3)![0] as Uint8Array).toString()).toBe('brain.Event:2')
  const values = events.flatMap((event) =>
    (event.get(5) ?? []).flatMap((summary) =>
      (fieldsOf(summary as Uint8Array).get(1) ?? []).map((value) => {
        const fields = fieldsOf(value as Uint8Array)
        return {
          step: event.get(2)?.[0] ?? 0,
          name: Buffer.from(fields.get(1)![0] as Uint8Array).toString(),
          number: fields.get(2)?.[0],
          image: fields.get(4)?.[0] as Uint8Array | undefined,
          plugin: fields.get(9)?.[0] as Uint8Array | undefined,
        }
      }),
    ),
  )
  const numbers = (name: string) => values.filter((one) => one.name === name).map(({ step, number }) => [step, number])
  expect(numbers('loss/total')).toEqual([
    [1, 8],
    [2, 4],
    [3, Math.fround(8 / 3)],
  ])
  expect(numbers('weighted/eye')[2]).toEqual([3, 1.5])
  expect(numbers('metrics/truth.psnr')).toEqual([[3, 20.5]])
  expect(values.some(({ name }) => name === 'metrics/truth.skin')).toBe(false)
  const image = fieldsOf(values.find(({ name }) => name === 'optimization')!.image!)
  expect([1, 2, 3].map((field) => image.get(field)![0])).toEqual([5, 7, 3])
  expect(Buffer.from(image.get(4)![0] as Uint8Array).equals(png)).toBe(true)
  const start = values.find(({ name }) => name === '_hparams_/session_start_info')!.plugin!
  const text = Buffer.from(start).toString('latin1')
  expect(text).toContain('hparams')
  expect(text).toContain('losses.eye.weight')
})
