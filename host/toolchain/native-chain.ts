/**
 * The device's own signal chain, compiled for this machine: what calibration, validation and tests feed the network with is
 * what the device would feed it with.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';

export const WINDOW_SAMPLES = 1000;
export const WINDOW_LEADS = 12;

const CORE_SOURCES = [
  'iso_leads',
  'iso_decimate',
  'iso_decimate_taps',
  'iso_baseline',
  'iso_chain',
];
/** gcc's include flags keep this a plain C99 program; `-Werror` as everywhere. */
const FLAGS = ['-std=c99', '-O2', '-Wall', '-Wextra', '-Werror', '-Wconversion'];

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
  const root = packageRoot();
  const folder = join(root, 'build', 'native');
  const program = join(folder, 'chain-windows');
  const core = join(root, 'firmware-templates', 'core');
  mkdirSync(folder, { recursive: true });
  const fresh = `${program}.${process.pid}`;
  try {
    execFileSync(
      'gcc',
      [
        ...FLAGS,
        `-I${core}`,
        '-o',
        fresh,
        join(root, 'host/toolchain/native/chain_windows.c'),
        join(root, 'models/chain_record.c'),
        ...CORE_SOURCES.map((name) => join(core, `${name}.c`)),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
  } catch (cause) {
    throw new IsochroneError(
      'TOOLCHAIN_MISSING',
      'the signal chain could not be compiled for this machine',
      { hint: 'Install gcc: sudo apt-get install -y gcc libc6-dev', cause },
    );
  }
  // Two processes may build at once; a rename is whole or not at all.
  renameSync(fresh, program);
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
