/** Tests of a bench in vitest's clothes: each runs where its fixtures are met, keeps a record, and fails on forbidden words. */
import { it } from 'vitest';
import { IsochroneError } from '../../codegen/errors.js';
import type { DeviceUnderTest } from '../../host/hil/device.js';
import type { Fixture } from '../../host/hil/fixtures.js';
import { NO_SAMPLES, type TestRecord } from '../../host/hil/record.js';
import { TestBook } from '../../host/hil/test-book.js';
import type { Bench } from './bench.js';

export interface HilTest {
  readonly needs?: readonly Fixture[];
  /** Lines that this test expects of the device and that fail any other. */
  readonly says?: readonly RegExp[];
  /** A silent hang becomes an error; every wait within has a shorter limit of its own. */
  readonly limitMs?: number;
}

const DEFAULT_LIMIT_MS = 180_000;
/** What the test itself needs to give up, after its limit. */
const GRACE_MS = 90_000;

export function hil(
  bench: Bench,
  name: string,
  { needs = [], says = [], limitMs = DEFAULT_LIMIT_MS }: HilTest,
  body: (device: DeviceUnderTest) => Promise<void>,
): void {
  const lacking = needs.filter((fixture) => !bench.fixtures.has(fixture));
  if (lacking.length > 0) {
    const nothing = { measurements: [], faults: [], samples: NO_SAMPLES, log: [] };
    bench.tests.push({ name, state: 'not_applicable', needs: lacking, ms: 0, ...nothing });
    it.skip(name);
    return;
  }
  it(
    name,
    async () => {
      const { device } = bench;
      const book = new TestBook();
      const startedMs = performance.now();
      const keep = (state: TestRecord['state'], error?: string): void => {
        bench.tests.push({
          name,
          state,
          ms: Math.round(performance.now() - startedMs),
          measurements: book.measurements,
          faults: book.faults.map((fault) => ({ ...fault, survived: state === 'passed' })),
          samples: book.samples,
          ...(book.trace === undefined ? {} : { trace: book.trace }),
          ...(error === undefined ? {} : { error }),
          log: device.journal.text(),
        });
      };
      try {
        device.begin(book);
        await withinLimit(device, limitMs, body(device));
        device.refuseForbidden(says);
        keep('passed');
      } catch (error) {
        keep('failed', error instanceof IsochroneError ? error.describe() : String(error));
        await bench.recover();
        throw error;
      }
    },
    limitMs + GRACE_MS,
  );
}

async function withinLimit(
  device: DeviceUnderTest,
  limitMs: number,
  body: Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(device.failure('HIL_TIMEOUT', `the test did not end within ${limitMs / 1000} s`));
    }, limitMs);
  });
  try {
    await Promise.race([body, late]);
  } finally {
    clearTimeout(timer);
  }
}
