/** Records as EDF+: continuous, or discontinuous where samples are missing in all leads. 1 unit = 1 µV, 16 bits. */
import { IsochroneError } from '../../codegen/errors.js';
import { EDF_ANNOTATIONS_LABEL, EDF_HEADER_BYTES, EDF_SIGNAL_FIELDS } from './edf.js';
import { writeAtomically } from './files.js';
import type { EcgRecord, RecordAnnotation } from './record.js';

/** −32768 stays outside of the range that the header gives: the mark of a sample that one lead lacks. */
const LIMIT = 32_767;
const MISSING = -32_768;
/** The specification's limit of a data record. */
const MAX_RECORD_BYTES = 61_440;

export interface EdfOptions {
  /** Start of the recording; its clock, not its time zone, is written. */
  readonly startedAt?: Date;
}

/** @throws {IsochroneError} RECORD_WRITE_FAILED, RECORD_OUT_OF_RANGE, RECORD_EMPTY */
export async function writeEdf(
  path: string,
  record: EcgRecord,
  options: EdfOptions = {},
): Promise<void> {
  await writeAtomically(path, encodeEdf(record, options));
}

export function encodeEdf(record: EcgRecord, options: EdfOptions = {}): Buffer {
  const { leads, sampleRateHz } = record;
  const runs = recordedRuns(record);
  const perRecord = samplesPerRecord(runs, record);
  const starts = runs.flatMap(({ from, to }) =>
    Array.from({ length: (to - from) / perRecord }, (_, i) => from + i * perRecord),
  );
  const lists = timeLists(starts, perRecord, record.annotations ?? [], sampleRateHz);
  // Two bytes a "sample" of the annotation signal.
  const listBytes =
    2 * Math.ceil(lists.reduce((most, { length }) => Math.max(most, length), 0) / 2);
  const recordBytes = 2 * perRecord * leads.length + listBytes;
  const header = encodeHeader(record, {
    discontinuous: runs.length > 1,
    recordCount: starts.length,
    recordSeconds: perRecord / sampleRateHz,
    perRecord,
    listSamples: listBytes / 2,
    startedAt: options.startedAt ?? new Date(1985, 0, 1),
  });
  const data = Buffer.alloc(starts.length * recordBytes);
  for (const [index, start] of starts.entries()) {
    let at = index * recordBytes;
    for (const lead of leads) {
      for (let t = start; t < start + perRecord; t += 1, at += 2) {
        const value = lead.microvolt[t] ?? Number.NaN;
        const digital = Number.isNaN(value) ? MISSING : Math.round(value);
        if (digital > LIMIT || (digital < -LIMIT && !Number.isNaN(value))) {
          throw new IsochroneError(
            'RECORD_OUT_OF_RANGE',
            `lead ${lead.name}, sample ${t}: ${value} µV does not fit EDF+ in microvolt`,
            { hint: 'Remove the offset first.', where: { record: record.name } },
          );
        }
        data.writeInt16LE(digital, at);
      }
    }
    lists[index]?.copy(data, at);
  }
  return Buffer.concat([header, data]);
}

interface Run {
  readonly from: number;
  readonly to: number;
}

/** Where at least one lead has a sample. */
function recordedRuns(record: EcgRecord): readonly Run[] {
  const count = record.leads[0]?.microvolt.length ?? 0;
  const runs: Run[] = [];
  let from = -1;
  for (let t = 0; t <= count; t += 1) {
    const there =
      t < count && record.leads.some(({ microvolt }) => !Number.isNaN(microvolt[t] ?? Number.NaN));
    if (there && from < 0) from = t;
    if (!there && from >= 0) {
      runs.push({ from, to: t });
      from = -1;
    }
  }
  if (runs.length === 0) {
    throw new IsochroneError('RECORD_EMPTY', `record ${record.name} has no sample`, {
      hint: 'Record a signal first.',
      where: { record: record.name },
    });
  }
  return runs;
}

/** All data records have one length: the longest up to a second that every run is a multiple of. */
function samplesPerRecord(runs: readonly Run[], record: EcgRecord): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const common = runs.reduce((sum, { from, to }) => gcd(sum, to - from), 0);
  const most = Math.min(
    record.sampleRateHz,
    Math.floor(MAX_RECORD_BYTES / 2 / (record.leads.length + 1)),
  );
  for (let samples = Math.floor(most); samples > 1; samples -= 1) {
    if (common % samples === 0 && durationText(samples / record.sampleRateHz).exact) return samples;
  }
  return 1;
}

/** Eight characters at the most. */
function durationText(seconds: number): { readonly text: string; readonly exact: boolean } {
  const text = String(seconds);
  return text.length <= 8 ? { text, exact: true } : { text: seconds.toFixed(6), exact: false };
}

/** For each data record its time and what is noted in it. */
function timeLists(
  starts: readonly number[],
  perRecord: number,
  annotations: readonly RecordAnnotation[],
  rateHz: number,
): readonly Buffer[] {
  const seconds = (samples: number): string => {
    const text = (samples / rateHz).toFixed(6).replace(/\.?0+$/u, '');
    return samples < 0 ? text : `+${text}`;
  };
  const origin = starts[0] ?? 0;
  const sorted = [...annotations].sort((a, b) => a.sampleIndex - b.sampleIndex);
  let next = 0;
  return starts.map((start, index) => {
    const parts = [`${seconds(start - origin)}\x14\x14\0`];
    const last = index === starts.length - 1;
    for (; next < sorted.length; next += 1) {
      const one = sorted[next];
      if (one === undefined || (!last && one.sampleIndex >= start + perRecord)) break;
      const label = one.leadName === undefined ? one.label : `${one.leadName}: ${one.label}`;
      // The separators may not be in a text.
      const text = [...label].filter((character) => character >= ' ').join('');
      parts.push(`${seconds(one.sampleIndex - origin)}\x14${text}\x14\0`);
    }
    return Buffer.from(parts.join(''), 'utf8');
  });
}

interface HeaderValues {
  readonly discontinuous: boolean;
  readonly recordCount: number;
  readonly recordSeconds: number;
  readonly perRecord: number;
  readonly listSamples: number;
  readonly startedAt: Date;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function encodeHeader(record: EcgRecord, values: HeaderValues): Buffer {
  const { startedAt } = values;
  const signalCount = record.leads.length + 1;
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = two(startedAt.getDate());
  const month = startedAt.getMonth();
  const year = startedAt.getFullYear();
  const field = (text: string, width: number): string => {
    const ascii = text.replace(/[^\x20-\x7e]/gu, '_').slice(0, width);
    return ascii.padEnd(width);
  };
  const head = [
    field('0', 8),
    // Nobody's name: identification X, sex X, birth date X.
    field('X X X X', 80),
    field(`Startdate ${day}-${MONTHS[month] ?? ''}-${year} X X Isochrone`, 80),
    field(`${day}.${two(month + 1)}.${two(year % 100)}`, 8),
    field(
      `${two(startedAt.getHours())}.${two(startedAt.getMinutes())}.${two(startedAt.getSeconds())}`,
      8,
    ),
    field(String(EDF_HEADER_BYTES * (1 + signalCount)), 8),
    field(values.discontinuous ? 'EDF+D' : 'EDF+C', 44),
    field(String(values.recordCount), 8),
    field(durationText(values.recordSeconds).text, 8),
    field(String(signalCount), 4),
  ];
  const labels = [...record.leads.map(({ name }) => `ECG ${name}`), EDF_ANNOTATIONS_LABEL];
  const columns = labels.map((label): readonly string[] =>
    label === EDF_ANNOTATIONS_LABEL
      ? [label, '', '', '-1', '1', '-32768', '32767', '', String(values.listSamples), '']
      : [
          ...[label, '', 'uV', String(-LIMIT), String(LIMIT), String(-LIMIT), String(LIMIT), ''],
          ...[String(values.perRecord), ''],
        ],
  );
  const signals = EDF_SIGNAL_FIELDS.flatMap((width, index) =>
    columns.map((column) => field(column[index] ?? '', width)),
  );
  return Buffer.from([...head, ...signals].join(''), 'latin1');
}
