/**
 * WFDB header text → checked description. Field meanings and defaults: header(5) of the WFDB Applications Guide.
 */
import { IsochroneError } from '../../codegen/errors.js';

export const SUPPORTED_FORMATS = [16, 24, 32, 80, 212] as const;
export type WfdbFormat = (typeof SUPPORTED_FORMATS)[number];

export interface WfdbSignal {
  readonly fileName: string;
  readonly format: WfdbFormat;
  readonly byteOffset: number;
  readonly gainPerUnit: number;
  /** The header gave no gain; header(5) says to take 200 per millivolt. */
  readonly gainAssumed: boolean;
  readonly baseline: number;
  readonly units: string;
  readonly initialValue: number | undefined;
  readonly checksum: number | undefined;
  readonly description: string;
  /** 1-based line of the header, for messages. */
  readonly line: number;
}

export interface WfdbHeader {
  readonly recordName: string;
  readonly sampleRateHz: number;
  /** Undefined when the header leaves it to the length of the signal files. */
  readonly sampleCount: number | undefined;
  readonly signals: readonly WfdbSignal[];
}

/** header(5): sampling frequency when absent. */
const DEFAULT_RATE_HZ = 250;
/** header(5): gain in adu per physical unit when absent or zero. */
const DEFAULT_GAIN = 200;
/** Far above any ECG; a header that claims more is damaged, and memory is reserved by this number. */
const MAX_SIGNALS = 256;

const RECORD_LINE = /^(\S+)\s+(\S+)(?:\s+(\S+)(?:\s+(\S+).*)?)?$/u;
const FORMAT_FIELD = /^(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?$/u;
const GAIN_FIELD = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?:\(([+-]?\d+)\))?(?:\/(\S+))?$/iu;

/** @throws {IsochroneError} RECORD_HEADER_INVALID, RECORD_UNSUPPORTED */
export function parseWfdbHeader(text: string, headerPath: string): WfdbHeader {
  if (text.includes('\0') || text.includes('\uFFFD')) {
    throw invalid(headerPath, 1, 'is not text');
  }
  const lines = text
    .split(/\r?\n/u)
    .map((content, index) => ({ content: content.trim(), line: index + 1 }))
    .filter(({ content }) => content !== '' && !content.startsWith('#'));
  const [recordLine, ...signalLines] = lines;
  if (recordLine === undefined) throw invalid(headerPath, 1, 'holds no record line');
  const { recordName, signalCount, sampleRateHz, sampleCount } = parseRecordLine(
    recordLine.content,
    headerPath,
    recordLine.line,
  );
  if (signalLines.length < signalCount) {
    throw invalid(
      headerPath,
      recordLine.line,
      `announces ${signalCount} signals but describes ${signalLines.length}`,
    );
  }
  const signals = signalLines
    .slice(0, signalCount)
    .map(({ content, line }) => parseSignalLine(content, headerPath, line));
  return { recordName, sampleRateHz, sampleCount, signals };
}

function parseRecordLine(
  content: string,
  path: string,
  line: number,
): Omit<WfdbHeader, 'signals'> & { readonly signalCount: number } {
  const fields = RECORD_LINE.exec(content);
  if (fields === null) {
    throw invalid(path, line, `does not begin with a record name and a number of signals`);
  }
  const [, name = '', signalField = '', rateField, countField] = fields;
  if (name.includes('/')) {
    throw unsupported(path, line, `is a multi-segment record (${name})`, {
      hint: 'Open one of its segments, or join them with xform.',
    });
  }
  const signalCount = wholeNumber(signalField);
  if (signalCount === undefined || signalCount > MAX_SIGNALS) {
    throw invalid(path, line, `gives "${signalField}" as the number of signals`);
  }
  if (signalCount === 0) throw invalid(path, line, 'announces no signal');
  const rateText = rateField?.split(/[/(]/u)[0];
  const sampleRateHz = rateText === undefined ? DEFAULT_RATE_HZ : Number(rateText);
  if (!Number.isFinite(sampleRateHz) || sampleRateHz <= 0 || rateText === '') {
    throw invalid(path, line, `gives "${rateField ?? ''}" as the sampling rate`);
  }
  const count = countField === undefined ? 0 : wholeNumber(countField);
  if (count === undefined) {
    throw invalid(path, line, `gives "${countField ?? ''}" as the number of samples`);
  }
  return {
    recordName: name,
    signalCount,
    sampleRateHz,
    sampleCount: count === 0 ? undefined : count,
  };
}

function parseSignalLine(content: string, path: string, line: number): WfdbSignal {
  const [
    fileName = '',
    formatField,
    gainField,
    ,
    zeroField,
    initialField,
    checksumField,
    ,
    ...rest
  ] = content.split(/\s+/u);
  if (formatField === undefined) throw invalid(path, line, 'names no storage format');
  // A header is data from outside: it may name files beside itself and nothing else.
  if (/[/\\]/u.test(fileName) || fileName === '..' || fileName === '-' || fileName === '~') {
    throw unsupported(path, line, `takes its signal from "${fileName}"`, {
      hint: 'Signal files must lie in the folder of the header.',
    });
  }
  const format = FORMAT_FIELD.exec(formatField);
  if (format === null) throw invalid(path, line, `gives "${formatField}" as the storage format`);
  const formatNumber = Number(format[1]);
  const known = SUPPORTED_FORMATS.find((supported) => supported === formatNumber);
  if (known === undefined) {
    throw unsupported(path, line, `uses storage format ${formatNumber}`, {
      hint: `Formats ${SUPPORTED_FORMATS.join(', ')} are read; convert with "xform".`,
    });
  }
  if (format[2] !== undefined && Number(format[2]) !== 1) {
    throw unsupported(path, line, `stores ${format[2]} samples a frame`, {
      hint: 'All signals of a record must share one sampling rate; convert with "xform".',
    });
  }
  if (format[3] !== undefined && Number(format[3]) !== 0) {
    throw unsupported(path, line, `is skewed by ${format[3]} samples`, {
      hint: 'Remove the skew with "xform"; leads must be simultaneous.',
    });
  }
  const gain = gainField === undefined ? undefined : GAIN_FIELD.exec(gainField);
  if (gain === null) throw invalid(path, line, `gives "${gainField ?? ''}" as the gain`);
  const zero = optionalInteger(zeroField, path, line, 'ADC zero') ?? 0;
  const gainValue = Number(gain?.[1] ?? 0);
  if (gainValue < 0) throw invalid(path, line, `gives a negative gain ${gainValue}`);
  return {
    fileName,
    format: known,
    byteOffset: Number(format[4] ?? 0),
    gainPerUnit: gainValue === 0 ? DEFAULT_GAIN : gainValue,
    gainAssumed: gainValue === 0,
    baseline: gain?.[2] === undefined ? zero : Number(gain[2]),
    units: gain?.[3] ?? 'mV',
    initialValue: optionalInteger(initialField, path, line, 'initial value'),
    checksum: optionalInteger(checksumField, path, line, 'checksum'),
    description: rest.join(' '),
    line,
  };
}

function wholeNumber(text: string): number | undefined {
  const value = Number(text);
  return /^\d+$/u.test(text) && Number.isSafeInteger(value) ? value : undefined;
}

function optionalInteger(
  text: string | undefined,
  path: string,
  line: number,
  what: string,
): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[+-]?\d+$/u.test(text)) throw invalid(path, line, `gives "${text}" as ${what}`);
  return Number(text);
}

function invalid(path: string, line: number, what: string): IsochroneError {
  return new IsochroneError('RECORD_HEADER_INVALID', `${path}, line ${line}: header ${what}`, {
    hint: 'Check that this is a WFDB header (.hea) and that it was copied whole.',
    where: { file: path, line },
  });
}

function unsupported(
  path: string,
  line: number,
  what: string,
  { hint }: { readonly hint: string },
): IsochroneError {
  return new IsochroneError('RECORD_UNSUPPORTED', `${path}, line ${line}: record ${what}`, {
    hint,
    where: { file: path, line },
  });
}
