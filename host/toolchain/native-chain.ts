/**
 * The device's own signal chain, compiled for this machine: what calibration, validation and tests feed the network with is
 * what the device would feed it with.
 */
import { spawnSync } from 'node:child_process';
import { IsochroneError } from '../../codegen/errors.js';
import { buildNativeProgram } from './native-program.js';

export const WINDOW_SAMPLES = 1000;
export const WINDOW_LEADS = 12;

export interface NativeChain {
  /**
   * The first 10 s window of each record.
   * @param records int16 microvolt, sample-major, 8 independent leads, 500 Hz
   * @returns int16 microvolt [1000][12] each, 100 Hz, lead order as everywhere
   */
  windows(records: readonly Int16Array[]): readonly Int16Array[];
}

/** @throws IsochroneError TOOLCHAIN_MISSING when there is no gcc */
export function buildNativeChain(): NativeChain {
  const program = buildNativeProgram({
    name: 'chain-windows',
    sources: ['host/toolchain/native/chain_windows.c', 'models/chain_record.c'],
    core: ['leads', 'decimate', 'decimate_taps', 'baseline', 'chain'],
  });
  return { windows: (records) => runChain(program, records) };
}

function runChain(program: string, records: readonly Int16Array[]): readonly Int16Array[] {
  const input = Buffer.concat(
    records.flatMap((record) => [
      Buffer.from(Uint32Array.of(record.length / 8).buffer),
      Buffer.from(record.buffer, record.byteOffset, record.byteLength),
    ]),
  );
  const windowBytes = WINDOW_SAMPLES * WINDOW_LEADS * 2;
  const result = spawnSync(program, {
    input,
    maxBuffer: records.length * windowBytes + 1024,
  });
  if (result.status !== 0 || result.stdout.length !== records.length * windowBytes) {
    throw new IsochroneError(
      'RECORD_TOO_SHORT',
      `the signal chain gave ${Math.floor(result.stdout.length / windowBytes)} windows of ${records.length} records`,
      { hint: 'Each record needs ten seconds; leave out the shorter ones.' },
    );
  }
  return records.map(
    (_, index) =>
      new Int16Array(
        result.stdout.buffer.slice(
          result.stdout.byteOffset + index * windowBytes,
          result.stdout.byteOffset + (index + 1) * windowBytes,
        ),
      ),
  );
}
