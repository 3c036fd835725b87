/** What a run leaves: every test with what it measured, against which limits, what it did to the device and what came of it. */
import type { Fixture } from './fixtures.js';

/** Everything that a bench does to a device that it must survive. */
export const FAULTS = [
  'brown_out',
  'reset_mid_frame',
  'lead_off',
  'samples_missing',
  'samples_paused',
  'byte_dropped_to_host',
  'byte_dropped_to_device',
  'host_paused',
  'flash_interrupted',
  'wrong_image',
  'clock_off',
  'sample_clock_off',
  'update_cut',
] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface Limits {
  readonly least?: number;
  readonly most?: number;
}

export interface Measurement extends Limits {
  readonly name: string;
  /** null where there was nothing to measure, which holds no limit. */
  readonly value: number | null;
  readonly unit: string;
  readonly holds: boolean;
}

/** sent = delivered + lostOnLink + droppedByDevice + lostToReset + unaccounted */
export interface SampleBooks {
  readonly sent: number;
  readonly delivered: number;
  readonly lostOnLink: number;
  readonly droppedByDevice: number;
  /** Sent to a device that was reset before they came back. */
  readonly lostToReset: number;
  readonly unaccounted: number;
  /** Delivered with another value than was sent. */
  readonly altered: number;
}

export const NO_SAMPLES: SampleBooks = {
  sent: 0,
  delivered: 0,
  lostOnLink: 0,
  droppedByDevice: 0,
  lostToReset: 0,
  unaccounted: 0,
  altered: 0,
};

/** Ten seconds of lead II as it came back, and the device's beats on it. */
export interface Trace {
  readonly firstSampleIndex: number;
  readonly rateHz: number;
  /** null where a sample never came. */
  readonly microvolt: readonly (number | null)[];
  readonly beatSampleIndices: readonly number[];
}

export interface TestRecord {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'not_applicable';
  /** Of a test that does not apply: what the device lacks. */
  readonly needs?: readonly Fixture[];
  readonly ms: number;
  readonly measurements: readonly Measurement[];
  /** What was injected; survived where the test passed. */
  readonly faults: readonly {
    readonly kind: FaultKind;
    readonly what: string;
    readonly survived: boolean;
  }[];
  readonly samples: SampleBooks;
  readonly trace?: Trace;
  readonly error?: string;
  readonly log: readonly string[];
}

export interface DeviceRecord {
  readonly device: string;
  readonly board: string;
  readonly kind: 'emulator' | 'board';
  readonly core: string;
  readonly buildId?: number;
  /** The firmware was broken on purpose. */
  readonly mutant?: string;
  readonly ms: number;
  readonly tests: readonly TestRecord[];
  /** Nothing could be tested, and why. */
  readonly failure?: string;
}

export function addBooks(a: SampleBooks, b: SampleBooks): SampleBooks {
  return {
    sent: a.sent + b.sent,
    delivered: a.delivered + b.delivered,
    lostOnLink: a.lostOnLink + b.lostOnLink,
    droppedByDevice: a.droppedByDevice + b.droppedByDevice,
    lostToReset: a.lostToReset + b.lostToReset,
    unaccounted: a.unaccounted + b.unaccounted,
    altered: a.altered + b.altered,
  };
}

export function measurement(
  name: string,
  value: number,
  unit: string,
  { least, most }: Limits,
): Measurement {
  const holds = value >= (least ?? -Infinity) && value <= (most ?? Infinity);
  return {
    name,
    value: Number.isNaN(value) ? null : value,
    unit,
    ...(least === undefined ? {} : { least }),
    ...(most === undefined ? {} : { most }),
    holds,
  };
}

export interface RunSummary {
  readonly tests: {
    readonly passed: number;
    readonly failed: number;
    readonly notApplicable: number;
  };
  readonly measurements: { readonly held: number; readonly of: number };
  readonly faults: { readonly survived: number; readonly injected: number };
  readonly samples: SampleBooks;
}

/** A device that could not be tested counts as one failure. */
export function summarize(devices: readonly DeviceRecord[]): RunSummary {
  const tests = devices.flatMap((device) => device.tests);
  const inState = (state: TestRecord['state']): number =>
    tests.filter((test) => test.state === state).length;
  const measurements = tests.flatMap((test) => test.measurements);
  const faults = tests.flatMap((test) => test.faults);
  return {
    tests: {
      passed: inState('passed'),
      failed: inState('failed') + devices.filter(({ failure }) => failure !== undefined).length,
      notApplicable: inState('not_applicable'),
    },
    measurements: {
      held: measurements.filter(({ holds }) => holds).length,
      of: measurements.length,
    },
    faults: { survived: faults.filter(({ survived }) => survived).length, injected: faults.length },
    samples: tests.map(({ samples }) => samples).reduce(addBooks, NO_SAMPLES),
  };
}
