// The networks: one file in its room and one line here. Import, packs, verify, doctor and docs/models.md follow.
export { colorEncoderNetwork } from '../encoders/color-encoder.ts'
export { e4eNetwork } from '../encoders/e4e.ts'
export { vggFaceNetwork } from '../features/vgg-face.ts'
export { vgg16Network } from '../features/vgg16.ts'
export { vgg19Network } from '../features/vgg19.ts'
export { stylegan2Network } from '../generator/stylegan2.ts'
export { bisenetNetwork } from '../parsing/bisenet.ts'
export { wStatsNetwork } from './w-stats.ts'
