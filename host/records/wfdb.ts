/**
 * Single-segment WFDB records: `.hea` text plus one or more signal files. Formats 16, 24, 32, 80, 212. Written by wfdb-write.ts.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { parseEventFile } from './event-file.js';
import { readRecordFile } from './files.js';
import type { EcgLead, EcgRecord, RecordAnnotation } from './record.js';
import { microvoltPerUnit } from './units.js';
import { decodeAnnotations } from './wfdb-annotations.js';
import { asInt16, STORAGE_FORMATS } from './wfdb-format.js';
import { parseWfdbHeader, type WfdbHeader, type WfdbSignal } from './wfdb-header.js';

const MAX_HEADER_BYTES = 1 << 20;
/** Samples × signals kept in memory, 800 MB as float64: 4.6 h of 12 leads at 500 Hz. */
const MAX_VALUES = 1e8;

/** Of what a recorder keeps beside the signal. */
export const EVENTS_EXTENSION = 'events.jsonl';

/** With or without `.hea`; the name of the signal file is understood too. */
export function wfdbHeaderPath(path: string): string {
  return `${path.replace(/\.(?:hea|dat)$/u, '')}.hea`;
}

/**
 * @param path record path with or without `.hea`
 * @throws {IsochroneError} RECORD_NOT_FOUND, RECORD_IS_DIRECTORY, RECORD_UNREADABLE, RECORD_HEADER_INVALID,
 *   RECORD_UNSUPPORTED, RECORD_TRUNCATED, RECORD_TOO_LARGE, RECORD_EMPTY, RECORD_INITIAL_VALUE, RECORD_CHECKSUM
 */
export async function readWfdb(path: string): Promise<EcgRecord> {
  const headerPath = wfdbHeaderPath(path);
  const headerBytes = await readRecordFile(headerPath, MAX_HEADER_BYTES);
  const header = parseWfdbHeader(headerBytes.toString('utf8'), headerPath);
  const remarks: string[] = [];
  const leads: EcgLead[] = [];
  let sampleCount = header.sampleCount;
  for (const group of groupByFile(header.signals, headerPath)) {
    const signalPath = join(dirname(headerPath), group.fileName);
    const bytes = await readRecordFile(signalPath);
    const count = groupSampleCount(bytes, group, header, signalPath);
    sampleCount ??= count;
    if (count !== sampleCount) {
      throw new IsochroneError(
        'RECORD_TRUNCATED',
        `${signalPath} holds ${count} samples a signal, the files before it ${sampleCount}`,
        { hint: 'Copy the record again: its files differ in length.', where: { file: signalPath } },
      );
    }
    for (const [position, signal] of group.signals.entries()) {
      const values = readSignal(bytes, group, position, count, header, signalPath);
      const lead = calibrate(values, signal, remarks);
      if (lead !== undefined) leads.push(lead);
    }
  }
  const annotations = await readAnnotations(headerPath);
  const kept = await readEvents(headerPath, remarks);
  return {
    name: basename(headerPath, '.hea'),
    sampleRateHz: header.sampleRateHz,
    leads,
    source: headerPath,
    remarks,
    ...(annotations.length === 0 ? {} : { annotations }),
    ...kept,
  };
}

/** Of `NAME.events.jsonl`, where a recorder of this project wrote the record. */
async function readEvents(
  headerPath: string,
  remarks: string[],
): Promise<Pick<EcgRecord, 'events' | 'firstSampleIndex'>> {
  const path = headerPath.replace(/\.hea$/u, `.${EVENTS_EXTENSION}`);
  if (!existsSync(path)) return {};
  const file = parseEventFile(await readRecordFile(path));
  if (file === undefined) {
    remarks.push(`${basename(path)} is not the file of a recorder: left out`);
    return {};
  }
  if (file.unreadableLines > 0) {
    remarks.push(`${basename(path)}: ${file.unreadableLines} lines cannot be read`);
  }
  return { events: file.events, firstSampleIndex: file.firstSampleIndex };
}

/** Of `NAME.atr` beside the header, where there is one: its texts, or the mnemonic of what has none. */
async function readAnnotations(headerPath: string): Promise<readonly RecordAnnotation[]> {
  const path = headerPath.replace(/\.hea$/u, '.atr');
  if (!existsSync(path)) return [];
  return decodeAnnotations(await readRecordFile(path)).map(({ sampleIndex, mnemonic, aux }) => ({
    sampleIndex,
    label: aux === '' ? mnemonic : aux,
  }));
}

interface SignalGroup {
  readonly fileName: string;
  readonly byteOffset: number;
  readonly signals: readonly WfdbSignal[];
  readonly format: (typeof STORAGE_FORMATS)[WfdbSignal['format']];
}

/** Signals of one file are interleaved sample by sample, in the order of their lines. */
function groupByFile(signals: readonly WfdbSignal[], headerPath: string): readonly SignalGroup[] {
  const byFile = new Map<string, WfdbSignal[]>();
  for (const signal of signals) {
    const group = byFile.get(signal.fileName);
    if (group === undefined) byFile.set(signal.fileName, [signal]);
    else group.push(signal);
  }
  return [...byFile.entries()].map(([fileName, members]) => {
    const [first] = members;
    const odd = members.find(
      (signal) => signal.format !== first?.format || signal.byteOffset !== first.byteOffset,
    );
    if (first === undefined || odd !== undefined) {
      throw new IsochroneError(
        'RECORD_HEADER_INVALID',
        `${headerPath}, line ${odd?.line ?? 1}: header gives ${fileName} two formats or two offsets`,
        {
          hint: 'All signals of one file share format and byte offset.',
          where: { file: headerPath, line: odd?.line ?? 1 },
        },
      );
    }
    return {
      fileName,
      byteOffset: first.byteOffset,
      signals: members,
      format: STORAGE_FORMATS[first.format],
    };
  });
}

function groupSampleCount(
  bytes: Buffer,
  group: SignalGroup,
  header: WfdbHeader,
  signalPath: string,
): number {
  const available = Math.max(0, bytes.length - group.byteOffset);
  const held = Math.floor(group.format.sampleCapacity(available) / group.signals.length);
  const count = header.sampleCount ?? held;
  // Checked before anything is allocated by a number that the header chose.
  if (count > held) {
    const needed = group.byteOffset + group.format.byteLength(count * group.signals.length);
    throw new IsochroneError(
      'RECORD_TRUNCATED',
      `${signalPath} has ${bytes.length} bytes, its header needs ${needed} (${count} samples of ${group.signals.length} signals)`,
      { hint: 'The file was cut short: copy it again.', where: { file: signalPath } },
    );
  }
  if (count === 0) {
    throw new IsochroneError('RECORD_EMPTY', `${signalPath} holds no sample`, {
      hint: 'Choose a record that holds a signal.',
      where: { file: signalPath },
    });
  }
  if (count * header.signals.length > MAX_VALUES) {
    throw new IsochroneError(
      'RECORD_TOO_LARGE',
      `${signalPath} holds ${count} samples of ${header.signals.length} signals, more than ${MAX_VALUES} values`,
      { hint: 'Cut a part out with "xform -f … -t …".', where: { file: signalPath } },
    );
  }
  return count;
}

/** One signal in ADC units, its invalid samples NaN; initial value and checksum verified where the header gives them. */
function readSignal(
  bytes: Buffer,
  group: SignalGroup,
  position: number,
  count: number,
  header: WfdbHeader,
  signalPath: string,
): Float64Array {
  const signal = group.signals[position];
  const values = new Float64Array(count);
  const data = bytes.subarray(group.byteOffset);
  const { read, invalid } = group.format;
  let sum = 0;
  let invalidCount = 0;
  for (let t = 0; t < count; t += 1) {
    const value = read(data, t * group.signals.length + position);
    sum = (sum + value) | 0;
    if (value === invalid) invalidCount += 1;
    values[t] = value === invalid ? Number.NaN : value;
  }
  const first = read(data, position);
  if (signal?.initialValue !== undefined && signal.initialValue !== first) {
    throw new IsochroneError(
      'RECORD_INITIAL_VALUE',
      `${signalPath}: signal ${position} (${signal.description}) begins with ${first}, its header says ${signal.initialValue}`,
      {
        hint: 'Header and signal file do not belong together, or one is damaged: copy both again.',
        where: { file: signalPath, line: signal.line },
      },
    );
  }
  // Without a sample count the header was written before the signal, and its checksum means nothing (header(5)).
  if (signal?.checksum !== undefined && header.sampleCount !== undefined) {
    // Writers differ in whether an invalid sample counts as stored or as WFDB's own −32768.
    const accepted = [sum, sum + invalidCount * (-0x8000 - invalid)].map(asInt16);
    if (!accepted.includes(asInt16(signal.checksum))) {
      throw new IsochroneError(
        'RECORD_CHECKSUM',
        `${signalPath}: checksum of signal ${position} (${signal.description}) is ${asInt16(sum)}, its header says ${signal.checksum}`,
        {
          hint: 'The file is damaged or was edited without its header: copy both again.',
          where: { file: signalPath, line: signal.line },
        },
      );
    }
  }
  return values;
}

function calibrate(
  values: Float64Array,
  signal: WfdbSignal,
  remarks: string[],
): EcgLead | undefined {
  const scale = microvoltPerUnit(signal.units);
  const name = signal.description === '' ? `line ${signal.line}` : signal.description;
  if (scale === undefined) {
    remarks.push(`signal ${name} left out: its unit ${signal.units} is no voltage`);
    return undefined;
  }
  if (signal.gainAssumed) {
    remarks.push(`signal ${name}: no gain in the header, 200 per ${signal.units} assumed`);
  }
  const { baseline, gainPerUnit } = signal;
  // Multiplied before divided: whole microvolts stay whole (2000 units per mV is exact in steps of half a microvolt).
  return { name, microvolt: values.map((value) => ((value - baseline) * scale) / gainPerUnit) };
}
