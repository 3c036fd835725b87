import { describe, expect, it } from 'vitest';
import { forbiddenIn } from './forbidden.js';
import { junitXml } from './junit.js';
import {
  measurement,
  NO_SAMPLES,
  summarize,
  type DeviceRecord,
  type TestRecord,
} from './record.js';
import { hilHtml } from './report-html.js';
import type { RunReport } from './run.js';
import { TestBook } from './test-book.js';

const TEST: TestRecord = {
  name: 'acquires <everything>',
  state: 'passed',
  ms: 1500,
  measurements: [measurement('rate', 500, 'Hz', { least: 499.9, most: 500.1 })],
  faults: [],
  samples: { ...NO_SAMPLES, sent: 10, delivered: 10 },
  trace: {
    firstSampleIndex: 0,
    rateHz: 100,
    microvolt: [0, 1000, null, 500],
    beatSampleIndices: [5],
  },
  log: ['   0.000 hello \u0007 & more'],
};
const FAILED: TestRecord = {
  ...TEST,
  name: 'survives',
  state: 'failed',
  measurements: [measurement('beats', NaN, 'beats', { most: 0 })],
  faults: [
    { kind: 'brown_out', what: '50 ms', survived: false },
    { kind: 'lead_off', what: 'RA', survived: true },
  ],
  error: 'HIL_TIMEOUT: no HELLO',
};
const SKIPPED: TestRecord = {
  ...TEST,
  name: 'needs hands',
  state: 'not_applicable',
  needs: ['power'],
  measurements: [],
  samples: NO_SAMPLES,
  log: [],
};
const DEVICE: DeviceRecord = {
  device: 'desk',
  board: 'mps2-an386',
  kind: 'board',
  core: 'cortex-m4',
  ms: 3000,
  tests: [TEST, FAILED, SKIPPED],
};
const DEAD: DeviceRecord = { ...DEVICE, device: 'dead', tests: [], failure: 'no port' };
const REPORT: RunReport = {
  format: 'isochrone-hil-1',
  bench: 'bench.json',
  long: false,
  totalMs: 3000,
  ...summarize([DEVICE, DEAD]),
  devices: [DEVICE, DEAD],
};

describe('a measurement', () => {
  it.each([
    [500.1, true],
    [500.2, false],
    [499.8, false],
    [NaN, false],
  ])('of %f within 499.9 and 500.1: %s', (value, holds) => {
    expect(measurement('rate', value, 'Hz', { least: 499.9, most: 500.1 }).holds).toBe(holds);
  });

  it('that does not hold fails its test and is kept', () => {
    const book = new TestBook();
    expect(() => book.measure('rate', 400, 'Hz', { least: 499.9 })).toThrowError(
      expect.objectContaining({ code: 'HIL_LIMIT' }),
    );
    expect(book.measurements).toMatchObject([{ value: 400, holds: false }]);
  });
});

it('a run counts tests, measurements, faults and samples; a device that does not begin is a failure', () => {
  expect(summarize([DEVICE, DEAD])).toMatchObject({
    tests: { passed: 1, failed: 2, notApplicable: 1 },
    measurements: { held: 1, of: 2 },
    faults: { survived: 1, injected: 2 },
    samples: { sent: 20, delivered: 20, unaccounted: 0 },
  });
});

it('is JUnit XML with measurements, reasons and logs, without what XML forbids', () => {
  const xml = junitXml(REPORT);
  expect(xml).toContain('<testsuite name="desk" tests="3" failures="1" skipped="1" time="3.000">');
  expect(xml).toContain('name="acquires &lt;everything&gt;" time="1.500"');
  expect(xml).toContain('<property name="rate" value="500 Hz (499.9 … 500.1)"/>');
  expect(xml).toContain('<failure message="HIL_TIMEOUT: no HELLO">');
  expect(xml).toContain('<skipped message="needs: its power can be cut"/>');
  expect(xml).toContain('hello \uFFFD &amp; more');
  expect(xml).toContain('<failure message="no port">');
});

it('is a page with traces that leave gaps open, and nothing from elsewhere', () => {
  const html = hilHtml(REPORT);
  expect(html).toMatch(/<path d="M0\.0 60\.0L333\.3 30\.0M1000\.0 45\.0"/);
  expect(html).toContain('1 of 2 faults survived');
  expect(html).toContain('acquires &lt;everything&gt;');
  expect(html).not.toMatch(/<script|https?:\/\//u);
});

it.each([
  [['self-test passed'], [], undefined],
  [['restarted after a fault: pc 0x1'], [], 'restarted after a fault: pc 0x1'],
  [['restarted after a fault: pc 0x1'], [/after a fault/], undefined],
  [['WATCHDOG', 'fine'], [/after a fault/], 'WATCHDOG'],
])('forbidden in %j where %j is expected: %s', (texts, expected, found) => {
  expect(forbiddenIn(texts, expected)?.text).toBe(found);
});
