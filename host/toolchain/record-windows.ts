/** The windows of a whole record, with their beats, as the device's application would come by them: its own C, on this machine. */
import { spawnSync } from 'node:child_process';
import { IsochroneError } from '../../codegen/errors.js';
import { buildNativeProgram } from './native-program.js';

const CORE = [
  'baseline',
  'beat_ring',
  'chain',
  'conditioner',
  'decimate',
  'decimate_taps',
  'delineate',
  'delineate_weights',
  'highpass',
  'highpass_linear',
  'intervals',
  'leads',
  'lowpass',
  'lowpass_taps',
  'mains',
  'measure',
  'median_beat',
  'pacer',
  'qrs',
  'slopes',
  'window',
];
const SAMPLES = 1000;
const LEADS = 8;
const MOST_BEATS = 64;
const HEAD_BYTES = 4 + 2 + 2 * MOST_BEATS;
const WINDOW_BYTES = HEAD_BYTES + 2 * SAMPLES * LEADS;

export interface RecordWindow {
  /** Of the record at 500 Hz; the first windows may begin before it, where the chain was filling. */
  readonly firstSampleIndex: number;
  /** R marks in the window, 100 Hz samples, ascending. */
  readonly rIndex: readonly number[];
  /** `[1000][8]` chain output. */
  readonly microvolt: Int16Array;
}

/**
 * @param microvolt `[sample][8]`, 500 Hz
 * @throws {IsochroneError} TOOLCHAIN_MISSING, RECORD_TOO_SHORT
 */
export function recordWindows(microvolt: Int16Array): RecordWindow[] {
  const program = buildNativeProgram({
    name: 'record-windows',
    sources: ['host/toolchain/native/record_windows.c'],
    core: CORE,
  });
  const result = spawnSync(program, {
    input: Buffer.from(microvolt.buffer, microvolt.byteOffset, microvolt.byteLength),
    // An answer every 2.5 s, and one at the end.
    maxBuffer: (microvolt.length / LEADS / 1250 + 4) * WINDOW_BYTES,
  });
  const bytes = result.stdout;
  if (result.status !== 0 || bytes.length === 0) {
    throw new IsochroneError('RECORD_TOO_SHORT', 'the record fills no window', {
      hint: 'Ten seconds of signal are needed.',
      where: { seconds: microvolt.length / LEADS / 500 },
    });
  }
  return Array.from({ length: Math.floor(bytes.length / WINDOW_BYTES) }, (_, i) => {
    const at = i * WINDOW_BYTES;
    const beats = bytes.readUInt16LE(at + 4);
    return {
      firstSampleIndex: bytes.readInt32LE(at),
      rIndex: Array.from({ length: beats }, (_beat, b) => bytes.readUInt16LE(at + 6 + 2 * b)),
      microvolt: Int16Array.from({ length: SAMPLES * LEADS }, (_value, k) =>
        bytes.readInt16LE(at + HEAD_BYTES + 2 * k),
      ),
    };
  });
}
