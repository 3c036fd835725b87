/** What a run of the suite is told, by environment variables: the runner sets them, and so may a person. */
import { IsochroneError } from '../../codegen/errors.js';
import { EMULATED_BENCH } from './bench-map.js';

export interface RunSettings {
  /** `emulated`, or the path of a bench map. */
  readonly bench: string;
  /** Of the map. */
  readonly device: string;
  /** Ten minutes of acquisition, every duration of every fault. */
  readonly long: boolean;
  /** A firmware that is broken on purpose. */
  readonly mutant?: string;
  /** Where the device's record goes. */
  readonly recordFile?: string;
}

export const BENCH_VARIABLE = 'ISOCHRONE_HIL_BENCH';

export function environmentOf(settings: RunSettings): Readonly<Record<string, string>> {
  const { bench, device, long, mutant, recordFile } = settings;
  return {
    [BENCH_VARIABLE]: bench,
    ISOCHRONE_HIL_DEVICE: device,
    ISOCHRONE_HIL_LONG: long ? '1' : '',
    ISOCHRONE_HIL_MUTANT: mutant ?? '',
    ISOCHRONE_HIL_RECORD: recordFile ?? '',
  };
}

/** @throws IsochroneError HIL_DEVICE_UNKNOWN */
export function settingsFrom(
  environment: Readonly<Record<string, string | undefined>>,
): RunSettings {
  const text = (name: string): string | undefined => environment[name] || undefined;
  const device = text('ISOCHRONE_HIL_DEVICE');
  if (device === undefined) {
    throw new IsochroneError('HIL_DEVICE_UNKNOWN', 'the suite was given no device', {
      hint: 'Run it by `npm run hil`, or set ISOCHRONE_HIL_DEVICE to a name of the bench map.',
    });
  }
  const mutant = text('ISOCHRONE_HIL_MUTANT');
  const recordFile = text('ISOCHRONE_HIL_RECORD');
  return {
    bench: text(BENCH_VARIABLE) ?? EMULATED_BENCH,
    device,
    long: text('ISOCHRONE_HIL_LONG') !== undefined,
    ...(mutant === undefined ? {} : { mutant }),
    ...(recordFile === undefined ? {} : { recordFile }),
  };
}
