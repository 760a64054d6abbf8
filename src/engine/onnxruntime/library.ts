// ONNX Runtime, loaded in silence.

import './no-telemetry.ts'

export * as ort from 'onnxruntime-node'
