import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The suite on one device, named by ISOCHRONE_HIL_DEVICE; `npm run hil` runs it on every device of a bench at once. */
export default defineConfig({
  root: join(import.meta.dirname, '..', '..'),
  test: {
    // serialport aborts Node inside worker threads.
    pool: 'forks',
    include: ['tests/hil/device.hil.ts'],
    // Network, images, and another run's reservation.
    hookTimeout: 600_000,
    reporters: ['default', './tests/reporter.ts'],
  },
});
