import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // ONNX Runtime keeps native threads; processes, not worker threads, and no more than the cores of a small machine.
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2 } },
  },
})
