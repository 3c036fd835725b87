/**
 * The suite of the bench as CI runs it: on three emulated cores at once and a device that samples by its own clock, and on firmware that is broken on purpose. With
 * ISOCHRONE_HIL_BENCH it runs on the devices of that bench map instead.
 */
import { expect, it } from 'vitest';
import { EMULATED_BENCH } from '../../host/hil/bench-map.js';
import { MUTANTS } from '../../host/hil/mutants.js';
import { summarize, type DeviceRecord } from '../../host/hil/record.js';
import { BENCH_VARIABLE } from '../../host/hil/run-settings.js';
import { runBench } from '../../host/hil/run.js';

const LIMIT_MS = 900_000;
const FED = ['emulated-m4', 'emulated-m7', 'emulated-m55'];
const OWN_CLOCK = 'emulated-own-clock';

const failures = (devices: readonly DeviceRecord[]): readonly string[] =>
  devices.flatMap(({ device, failure, tests }) => [
    ...(failure === undefined ? [] : [`${device}: ${failure}`]),
    ...tests.flatMap((test) =>
      test.state === 'failed'
        ? [`${device}: ${test.name}: ${test.error ?? ''}\n${test.log.slice(-20).join('\n')}`]
        : [],
    ),
  ]);

it(
  'every device of the bench passes, survives every fault, and accounts for every sample',
  async () => {
    const bench = process.env[BENCH_VARIABLE] ?? EMULATED_BENCH;
    const reports = await Promise.all(
      bench === EMULATED_BENCH
        ? [
            runBench({ bench, devices: FED, long: false }),
            // What it has in common with the first is run there.
            runBench({
              bench,
              devices: [OWN_CLOCK],
              long: false,
              only: ['its rate', 'test signal'],
            }),
          ]
        : [runBench({ bench, long: false })],
    );
    const devices = reports.flatMap((report) => report.devices);
    const { faults, measurements, samples, tests } = summarize(devices);
    expect(failures(devices).join('\n\n')).toBe('');
    expect(faults.survived).toBe(faults.injected);
    expect(measurements.held).toBe(measurements.of);
    expect(samples).toMatchObject({ unaccounted: 0, altered: 0 });
    expect(tests.passed).toBeGreaterThanOrEqual(devices.length);
    if (bench === EMULATED_BENCH) expect(faults.injected).toBeGreaterThanOrEqual(3 * 15);
  },
  LIMIT_MS,
);

it.each(MUTANTS)(
  'notices firmware in which $what',
  async ({ name, caughtBy }) => {
    const { devices } = await runBench({
      bench: EMULATED_BENCH,
      devices: ['emulated-m4'],
      long: false,
      mutant: name,
      only: [caughtBy],
    });
    // A firmware that does not build, or a device that does not start, would be no proof.
    expect(devices.map(({ failure }) => failure)).toEqual([undefined]);
    expect(failures(devices).join('\n')).toContain(caughtBy);
  },
  LIMIT_MS,
);
