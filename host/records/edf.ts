/**
 * EDF and EDF+ (continuous and discontinuous): bytes → record. Layout: Kemp et al. 1992, Kemp and Olivan 2003 (edfplus.info).
 */
import { IsochroneError } from '../../codegen/errors.js';
import { readRecordFile } from './files.js';
import type { EcgLead, EcgRecord, RecordAnnotation } from './record.js';
import { microvoltPerUnit } from './units.js';

export const EDF_HEADER_BYTES = 256;
export const EDF_ANNOTATIONS_LABEL = 'EDF Annotations';
/** Widths of the fields of one signal, in their order in the header. */
export const EDF_SIGNAL_FIELDS = [16, 80, 8, 8, 8, 8, 8, 80, 8, 32] as const;
/** Samples × signals kept in memory: as wfdb.ts. */
const MAX_VALUES = 1e8;
/** Between onset, duration and texts of a time-stamped annotation list; behind it, a zero. */
const TAL_PART = '\x14';
const TAL_DURATION = '\x15';

interface EdfSignal {
  readonly label: string;
  readonly unit: string;
  readonly physicalMinimum: number;
  readonly physicalMaximum: number;
  readonly digitalMinimum: number;
  readonly digitalMaximum: number;
  readonly samplesPerRecord: number;
  /** Byte in the data record. */
  readonly offset: number;
}

interface EdfHeader {
  readonly headerBytes: number;
  readonly plus: boolean;
  readonly recordCount: number;
  readonly recordSeconds: number;
  readonly recordBytes: number;
  readonly signals: readonly EdfSignal[];
}

/** @throws {IsochroneError} RECORD_* as readWfdb */
export async function readEdf(path: string): Promise<EcgRecord> {
  return parseEdf(await readRecordFile(path), path);
}

export function parseEdf(bytes: Buffer, path: string): EcgRecord {
  const header = parseHeader(bytes, path);
  const remarks: string[] = [];
  const lists = header.signals.filter(({ label }) => label === EDF_ANNOTATIONS_LABEL);
  const voltages = header.signals.filter(({ label, unit }) => {
    if (label === EDF_ANNOTATIONS_LABEL) return false;
    if (microvoltPerUnit(unit) !== undefined) return true;
    remarks.push(`signal ${label} left out: its unit ${unit} is no voltage`);
    return false;
  });
  const most = voltages.reduce((max, signal) => Math.max(max, signal.samplesPerRecord), 0);
  const kept = voltages.filter((signal) => {
    if (signal.samplesPerRecord === most) return true;
    remarks.push(`signal ${signal.label} left out: it has another sampling rate`);
    return false;
  });
  const { recordCount, recordSeconds } = header;
  if (most === 0 || recordCount === 0) {
    throw new IsochroneError('RECORD_EMPTY', `${path} holds no voltage`, {
      hint: 'Choose a record that holds a signal in µV, mV or V.',
      where: { file: path },
    });
  }
  // Eight characters of the header may not hold the duration: a whole rate within their rounding is meant.
  const exact = most / recordSeconds;
  const rate = Math.abs(exact - Math.round(exact)) < exact * 1e-4 ? Math.round(exact) : exact;
  const { starts, annotations } = timeStamps(bytes, header, lists, rate);
  const sampleCount = starts.reduce((end, start) => Math.max(end, start + most), 0);
  if (sampleCount * kept.length > MAX_VALUES) {
    throw new IsochroneError(
      'RECORD_TOO_LARGE',
      `${path} spans ${sampleCount} samples of ${kept.length} signals, more than ${MAX_VALUES} values`,
      { hint: 'Cut a part out of it.', where: { file: path } },
    );
  }
  return {
    name: path.replace(/^.*[/\\]/u, '').replace(/\.edf$/iu, ''),
    sampleRateHz: rate,
    leads: kept.map((signal) => readSignal(bytes, header, signal, starts, sampleCount)),
    source: path,
    remarks,
    annotations,
  };
}

function parseHeader(bytes: Buffer, path: string): EdfHeader {
  const invalid = (what: string): IsochroneError =>
    new IsochroneError('RECORD_HEADER_INVALID', `${path}: ${what}`, {
      hint: 'Check that this is an EDF or EDF+ file and that it was copied whole.',
      where: { file: path },
    });
  if (bytes.length < EDF_HEADER_BYTES) throw invalid('shorter than an EDF header');
  const text = (from: number, length: number): string =>
    bytes.toString('latin1', from, from + length).trim();
  const number = (from: number, length: number, what: string): number => {
    const value = Number(text(from, length));
    if (text(from, length) === '' || !Number.isFinite(value)) {
      throw invalid(`header gives "${text(from, length)}" as ${what}`);
    }
    return value;
  };
  if (text(0, 8) !== '0') throw invalid(`header begins with "${text(0, 8)}" instead of 0`);
  const headerBytes = number(184, 8, 'its length');
  const signalCount = number(252, 4, 'the number of signals');
  const recordSeconds = number(244, 8, 'the duration of a data record');
  if (!Number.isInteger(signalCount) || signalCount < 1 || signalCount > 512) {
    throw invalid(`header announces ${signalCount} signals`);
  }
  if (headerBytes !== EDF_HEADER_BYTES * (1 + signalCount) || bytes.length < headerBytes) {
    throw invalid(`header of ${signalCount} signals has ${headerBytes} bytes`);
  }
  if (recordSeconds <= 0) throw invalid('its data records have no duration');
  let offset = 0;
  const signals = Array.from({ length: signalCount }, (_, i): EdfSignal => {
    const at = offset;
    const field = (index: number): readonly [number, number] => {
      const before = EDF_SIGNAL_FIELDS.slice(0, index).reduce((sum, width) => sum + width, 0);
      const width = EDF_SIGNAL_FIELDS[index] ?? 0;
      return [EDF_HEADER_BYTES + before * signalCount + width * i, width];
    };
    const samplesPerRecord = number(...field(8), 'samples in a data record');
    if (!Number.isInteger(samplesPerRecord) || samplesPerRecord < 0) {
      throw invalid(`header gives ${samplesPerRecord} samples in a data record`);
    }
    offset += 2 * samplesPerRecord;
    const signal = {
      label: text(...field(0)),
      unit: text(...field(2)),
      physicalMinimum: number(...field(3), 'a physical minimum'),
      physicalMaximum: number(...field(4), 'a physical maximum'),
      digitalMinimum: number(...field(5), 'a digital minimum'),
      digitalMaximum: number(...field(6), 'a digital maximum'),
      samplesPerRecord,
      offset: at,
    };
    if (signal.digitalMaximum <= signal.digitalMinimum) {
      throw invalid(`signal ${signal.label} has an empty digital range`);
    }
    return signal;
  });
  // −1 while a recording runs, and after a crash: the file says itself how many are whole.
  const held = offset === 0 ? 0 : Math.floor((bytes.length - headerBytes) / offset);
  const claimed = number(236, 8, 'the number of data records');
  if (claimed > held) {
    throw new IsochroneError(
      'RECORD_TRUNCATED',
      `${path} has ${held} data records, its header says ${claimed}`,
      { hint: 'The file was cut short: copy it again.', where: { file: path } },
    );
  }
  return {
    headerBytes,
    plus: text(192, 44).startsWith('EDF+'),
    recordCount: claimed < 0 ? held : claimed,
    recordSeconds,
    recordBytes: offset,
    signals,
  };
}

/** Where each data record begins on the sample axis, and the annotations on it. Without time-stamps one follows the other. */
function timeStamps(
  bytes: Buffer,
  header: EdfHeader,
  lists: readonly EdfSignal[],
  rateHz: number,
): { readonly starts: readonly number[]; readonly annotations: readonly RecordAnnotation[] } {
  const starts: number[] = [];
  const annotations: RecordAnnotation[] = [];
  let origin: number | undefined;
  for (let record = 0; record < header.recordCount; record += 1) {
    let onsetOfRecord: number | undefined;
    for (const list of header.plus ? lists : []) {
      const from = header.headerBytes + record * header.recordBytes + list.offset;
      const text = bytes.toString('utf8', from, from + 2 * list.samplesPerRecord);
      for (const tal of text.split('\0')) {
        const [time = '', ...labels] = tal.split(TAL_PART);
        const onset = Number(time.split(TAL_DURATION)[0]);
        if (tal === '' || !Number.isFinite(onset)) continue;
        // The first list of the first signal of a record keeps its time: an empty text.
        if (onsetOfRecord === undefined && labels[0] === '') onsetOfRecord = onset;
        for (const label of labels.filter((name) => name !== '')) {
          annotations.push({ sampleIndex: onset * rateHz, label });
        }
      }
    }
    origin ??= onsetOfRecord ?? 0;
    const seconds = (onsetOfRecord ?? record * header.recordSeconds + origin) - origin;
    starts.push(Math.round(seconds * rateHz));
  }
  const first = (origin ?? 0) * rateHz;
  return {
    starts,
    annotations: annotations.map((one) => ({
      ...one,
      sampleIndex: Math.round(one.sampleIndex - first),
    })),
  };
}

function readSignal(
  bytes: Buffer,
  header: EdfHeader,
  signal: EdfSignal,
  starts: readonly number[],
  sampleCount: number,
): EcgLead {
  const microvolt = new Float64Array(sampleCount).fill(Number.NaN);
  const { digitalMinimum, digitalMaximum, physicalMinimum, physicalMaximum } = signal;
  const scale = microvoltPerUnit(signal.unit) ?? 1;
  const gain = (physicalMaximum - physicalMinimum) / (digitalMaximum - digitalMinimum);
  for (const [record, start] of starts.entries()) {
    const from = header.headerBytes + record * header.recordBytes + signal.offset;
    for (let t = 0; t < signal.samplesPerRecord; t += 1) {
      const digital = bytes.readInt16LE(from + 2 * t);
      // What lies outside of the range that the header gives is no sample.
      if (digital < digitalMinimum || digital > digitalMaximum || start + t < 0) continue;
      microvolt[start + t] = (physicalMinimum + (digital - digitalMinimum) * gain) * scale;
    }
  }
  return { name: signal.label.replace(/^ECG\s+/iu, ''), microvolt };
}
