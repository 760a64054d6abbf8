// Face boxes and 128-number descriptors of aligned faces, computed by the npm package @vladmandic/face-api (MIT).
//
//   node descriptors.mjs --modules DIR --cache CACHE --out CACHE/descriptors [--only heldout.txt] [--detector ssd]
//
// DIR is a folder where `npm install @vladmandic/face-api @tensorflow/tfjs @tensorflow/tfjs-backend-wasm` was run.
// Reads CACHE/faces-256.npy and CACHE/faces-names.txt (data.py). Writes OUT.json: for each face the name and the square
// box that face-api's landmark alignment cuts out (in pixels of the 256 picture, before clipping; null when no face was
// found), and OUT.npy: the descriptors, float32 [N,128] in the order of OUT.json.
// The detector is the tiny one (six times faster); pictures where it finds nothing are given to the SSD one.
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values: args } = parseArgs({
  options: {
    modules: { type: 'string' },
    cache: { type: 'string' },
    out: { type: 'string' },
    only: { type: 'string' },
    detector: { type: 'string', default: 'tiny' },
  },
})
const SIZE = 256
const require = createRequire(join(resolve(args.modules), 'package.json'))
const wasm = require('@tensorflow/tfjs-backend-wasm')
wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`)
wasm.setThreadsCount(1)
const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js')
await faceapi.tf.setBackend('wasm')
await faceapi.tf.ready()
const models = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model')
for (const net of ['ssdMobilenetv1', 'tinyFaceDetector', 'faceLandmark68Net', 'faceRecognitionNet']) {
  await faceapi.nets[net].loadFromDisk(models)
}
const detectors = {
  tiny: new faceapi.TinyFaceDetectorOptions({ inputSize: 224, scoreThreshold: 0.4 }),
  ssd: new faceapi.SsdMobilenetv1Options({ minConfidence: 0.3 }),
}
const order = args.detector === 'ssd' ? ['ssd', 'tiny'] : ['tiny', 'ssd']

const names = readFileSync(join(args.cache, 'faces-names.txt'), 'utf8').trim().split('\n')
const wanted = args.only ? new Set(readFileSync(args.only, 'utf8').trim().split('\n')) : new Set(names)
const file = openSync(join(args.cache, `faces-${SIZE}.npy`))
const head = Buffer.alloc(10)
readSync(file, head, 0, 10, 0)
const start = 10 + head.readUInt16LE(8)
const pixels = Buffer.alloc(SIZE * SIZE * 3)

const faces = []
const descriptors = []
for (const [index, name] of names.entries()) {
  if (!wanted.has(name)) continue
  readSync(file, pixels, 0, pixels.length, start + index * pixels.length)
  const picture = faceapi.tf.tensor3d(new Uint8Array(pixels), [SIZE, SIZE, 3], 'int32')
  let found
  for (const detector of order) {
    found = await faceapi.detectSingleFace(picture, detectors[detector]).withFaceLandmarks().withFaceDescriptor()
    if (found) break
  }
  picture.dispose()
  const box = found?.landmarks.align(null, { useDlibAlignment: true })
  faces.push({ name, box: box ? [box.x, box.y, box.width, box.height] : null })
  descriptors.push(found ? found.descriptor : new Float32Array(128))
  if (faces.length % 200 === 0) console.log(faces.length, 'faces')
}
closeSync(file)
writeFileSync(`${args.out}.json`, JSON.stringify(faces))
const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${faces.length}, 128), }`
const padded = `${header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 11)}\n`
const preface = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 0, 0])
preface.writeUInt16LE(padded.length, 8)
writeFileSync(
  `${args.out}.npy`,
  Buffer.concat([preface, Buffer.from(padded), ...descriptors.map((d) => Buffer.from(d.buffer, d.byteOffset, 512))]),
)
console.log(faces.length, 'faces,', faces.filter((f) => !f.box).length, 'without a detection')
