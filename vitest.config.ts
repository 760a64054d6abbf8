import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'all', include: ['test/**/*.test.ts'] } },
      // The shipped networks against PyTorch's numbers once more, on a graphics processor or its driver in software.
      { extends: true, test: { name: 'webgpu', include: ['test/compact/*.test.ts'], env: { DEVICE: 'webgpu' } } },
    ],
    // What runs leave in the user's cache, tests leave here.
    env: { REPHOTO_CACHE: fileURLToPath(new URL('node_modules/.cache/rephoto', import.meta.url)) },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // ONNX Runtime keeps native threads; processes, not worker threads, and no more than the cores of a small machine.
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2 } },
  },
})
