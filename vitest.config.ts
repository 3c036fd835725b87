import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // serialport aborts Node inside worker threads.
    pool: 'forks',
    maxWorkers: 2,
    include: ['{host,codegen,bench,tests,boards,firmware-templates,models,scripts}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/build/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', './tests/reporter.ts'],
  },
});
