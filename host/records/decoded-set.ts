/**
 * Sets of many records in one file, `*.d16.gz`: gzip of little-endian int16, first difference along time, order
 * [record][lead][sample], twelve leads. Calibration and shape come from the `manifest.json` or `meta.json` beside it.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { IsochroneError } from '../../codegen/errors.js';
import { fileError, readRecordFile } from './files.js';
import { TWELVE_LEAD_NAMES, type EcgLead, type EcgRecord } from './record.js';

const MAX_MANIFEST_BYTES = 1 << 24;
/** As in WFDB format 16, from which the sets were made: no sample. */
const INVALID_SAMPLE = -0x8000;
/** One record in memory; a manifest that asks for more is damaged. */
const MAX_RECORD_BYTES = 1 << 28;

export interface DecodedSet {
  readonly path: string;
  readonly recordCount: number;
  readonly leadCount: number;
  readonly sampleCount: number;
  readonly sampleRateHz: number;
  /** Of the decompressed bytes, hexadecimal. */
  readonly rawSha256: string;
  /** microvolt = (value − baseline) · scale, by record and lead. */
  readonly calibration: (
    record: number,
    lead: number,
  ) => { readonly baseline: number; readonly microvoltPerUnit: number };
  readonly remarks: readonly string[];
}

/** True for `….d16.gz` and `….d16.gz#12`. */
export function isDecodedSetSpec(spec: string): boolean {
  return /\.d16\.gz(?:#.*)?$/u.test(spec);
}

/** @throws {IsochroneError} RECORD_INDEX_INVALID, RECORD_SET_INVALID, RECORD_TRUNCATED, RECORD_NOT_FOUND … */
export async function openDecodedRecord(spec: string): Promise<EcgRecord> {
  const [path = '', indexText] = splitSpec(spec);
  const set = await openDecodedSet(path);
  const index = indexText !== undefined && /^\d+$/u.test(indexText) ? Number(indexText) : undefined;
  if (index === undefined || index >= set.recordCount) {
    throw new IsochroneError(
      'RECORD_INDEX_INVALID',
      indexText === undefined
        ? `${path} holds ${set.recordCount} records and none was chosen`
        : `${path} has no record "${indexText}": it holds 0 to ${set.recordCount - 1}`,
      { hint: `Write ${path}#0 for its first record.`, where: { file: path } },
    );
  }
  for await (const record of decodedRecords(set, index, 1)) return record;
  throw cutShort(set, index);
}

/** @throws {IsochroneError} RECORD_SET_INVALID, RECORD_NOT_FOUND, RECORD_UNREADABLE */
export async function openDecodedSet(path: string): Promise<DecodedSet> {
  const folder = dirname(path);
  const manifest = await readJson(join(folder, 'manifest.json'));
  if (manifest !== undefined) {
    return setFromManifest(path, join(folder, 'manifest.json'), field(manifest, basename(path)));
  }
  const meta = await readJson(join(folder, 'meta.json'));
  if (meta !== undefined) return setFromMeta(path, join(folder, 'meta.json'), meta);
  throw new IsochroneError(
    'RECORD_SET_INVALID',
    `${path} has neither manifest.json nor meta.json beside it`,
    {
      hint: 'The set cannot be calibrated without them: copy the whole folder.',
      where: { file: path },
    },
  );
}

/**
 * Records `first` … `first + count − 1` in order, holding one at a time. Reading stops after the last wanted record; a run to the
 * end of the set verifies the checksum of the whole as well.
 *
 * @throws {IsochroneError} RECORD_SET_INVALID, RECORD_TRUNCATED, RECORD_CHECKSUM
 */
export async function* decodedRecords(
  set: DecodedSet,
  first = 0,
  count = set.recordCount - first,
): AsyncGenerator<EcgRecord, void, undefined> {
  const recordBytes = set.leadCount * set.sampleCount * 2;
  const file = createReadStream(set.path);
  const gunzip = createGunzip();
  // pipe() does not forward errors.
  file.on('error', (cause) => gunzip.destroy(cause));
  const hash = createHash('sha256');
  const pending = Buffer.allocUnsafe(recordBytes);
  let filled = 0;
  let index = 0;
  try {
    for await (const chunk of file.pipe(gunzip) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      for (let taken = 0; taken < chunk.length;) {
        const part = chunk.copy(pending, filled, taken);
        filled += part;
        taken += part;
        if (filled < recordBytes) continue;
        filled = 0;
        if (index >= set.recordCount) break;
        if (index >= first) yield decodeRecord(set, index, pending);
        index += 1;
        if (index === first + count && index < set.recordCount) return;
      }
    }
  } catch (cause) {
    if (cause instanceof IsochroneError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    if (!reason.startsWith('Z_')) throw await fileError(set.path, cause);
    if (reason === 'Z_BUF_ERROR') throw cutShort(set, index, cause);
    throw invalidSet(set.path, `is damaged or no gzip file (${reason})`, cause);
  } finally {
    file.destroy();
    gunzip.destroy();
  }
  if (index < Math.min(first + count, set.recordCount)) throw cutShort(set, index);
  const digest = hash.digest('hex');
  if (digest !== set.rawSha256) {
    throw new IsochroneError(
      'RECORD_CHECKSUM',
      `${set.path}: SHA-256 of the samples is ${digest}, its manifest says ${set.rawSha256}`,
      { hint: 'The file is damaged: copy it again.', where: { file: set.path } },
    );
  }
}

function decodeRecord(set: DecodedSet, index: number, bytes: Buffer): EcgRecord {
  const leads: EcgLead[] = [];
  for (let lead = 0; lead < set.leadCount; lead += 1) {
    const { baseline, microvoltPerUnit } = set.calibration(index, lead);
    const microvolt = new Float64Array(set.sampleCount);
    let value = 0;
    for (let t = 0; t < set.sampleCount; t += 1) {
      // The sum wraps in 16 bits, as the difference did.
      value = ((value + bytes.readInt16LE((lead * set.sampleCount + t) * 2)) << 16) >> 16;
      microvolt[t] = value === INVALID_SAMPLE ? Number.NaN : (value - baseline) * microvoltPerUnit;
    }
    leads.push({ name: TWELVE_LEAD_NAMES[lead] ?? '', microvolt });
  }
  return {
    name: `${basename(set.path, '.d16.gz')}-${index}`,
    sampleRateHz: set.sampleRateHz,
    leads,
    source: `${set.path}#${index}`,
    remarks: set.remarks,
  };
}

function setFromManifest(path: string, manifestPath: string, entry: unknown): DecodedSet {
  if (entry === undefined) throw invalidSet(manifestPath, `does not describe ${basename(path)}`);
  const unit = field(entry, 'unit');
  const parsed = typeof unit === 'string' ? /^(\d+(?:\.\d+)?) uV\b(.*)$/u.exec(unit) : null;
  if (parsed === null) throw invalidSet(manifestPath, `gives the unit ${JSON.stringify(unit)}`);
  const calibration = { baseline: 0, microvoltPerUnit: Number(parsed[1]) };
  return {
    ...shapeOf(path, manifestPath, entry),
    leadCount: twelve(manifestPath, field(entry, 'leads')),
    calibration: () => calibration,
    remarks: (parsed[2] ?? '').includes('inferred')
      ? [`1 unit = ${parsed[1] ?? ''} µV is inferred, not stated by the source`]
      : [],
  };
}

/** Gain and baseline by record and lead: LUDB. */
function setFromMeta(path: string, metaPath: string, meta: unknown): DecodedSet {
  const leads = field(meta, 'leads');
  const entries = field(meta, 'meta');
  const shape = shapeOf(path, metaPath, meta);
  if (!Array.isArray(entries) || entries.length !== shape.recordCount) {
    throw invalidSet(metaPath, 'does not describe every record');
  }
  const table = entries.map((entry: unknown, record) => {
    const gains = field(entry, 'gain_per_mV');
    const baselines = field(entry, 'baseline');
    return TWELVE_LEAD_NAMES.map((_, lead) => {
      const gain: unknown = Array.isArray(gains) ? gains[lead] : undefined;
      const baseline: unknown = Array.isArray(baselines) ? baselines[lead] : undefined;
      if (typeof gain !== 'number' || !(gain > 0) || typeof baseline !== 'number') {
        throw invalidSet(metaPath, `has no gain and baseline for record ${record}, lead ${lead}`);
      }
      return { baseline, microvoltPerUnit: 1000 / gain };
    });
  });
  return {
    ...shape,
    leadCount: twelve(metaPath, Array.isArray(leads) ? leads.length : undefined),
    calibration: (record, lead) =>
      table[record]?.[lead] ?? { baseline: 0, microvoltPerUnit: Number.NaN },
    remarks: [],
  };
}

function shapeOf(
  path: string,
  manifestPath: string,
  entry: unknown,
): Pick<DecodedSet, 'path' | 'recordCount' | 'sampleCount' | 'sampleRateHz' | 'rawSha256'> {
  const number = (key: string): number => {
    const value = field(entry, key);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
      throw invalidSet(manifestPath, `gives ${JSON.stringify(value)} as ${key}`);
    }
    return value;
  };
  const rawSha256 = field(entry, 'raw_sha256');
  if (typeof rawSha256 !== 'string') throw invalidSet(manifestPath, 'gives no raw_sha256');
  const sampleCount = number('samples');
  if (sampleCount * TWELVE_LEAD_NAMES.length * 2 > MAX_RECORD_BYTES) {
    throw invalidSet(manifestPath, `gives ${sampleCount} as samples`);
  }
  return {
    path,
    recordCount: number('records'),
    sampleCount,
    sampleRateHz: number('fs'),
    rawSha256,
  };
}

function twelve(manifestPath: string, count: unknown): number {
  if (count === TWELVE_LEAD_NAMES.length) return count;
  throw invalidSet(manifestPath, `gives ${JSON.stringify(count)} leads, 12 are known`);
}

function splitSpec(spec: string): readonly [string, string | undefined] {
  const parts = /^(.*\.d16\.gz)(?:#(.*))?$/u.exec(spec);
  return [parts?.[1] ?? spec, parts?.[2]];
}

/** Undefined when there is no such file. */
async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = (await readRecordFile(path, MAX_MANIFEST_BYTES)).toString('utf8');
  } catch (cause) {
    if (cause instanceof IsochroneError && cause.code === 'RECORD_NOT_FOUND') return undefined;
    throw cause;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidSet(path, 'is not JSON', cause);
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function invalidSet(path: string, what: string, cause?: unknown): IsochroneError {
  return new IsochroneError('RECORD_SET_INVALID', `${path} ${what}`, {
    hint: 'Copy the set and the JSON file beside it again.',
    where: { file: path },
    ...(cause === undefined ? {} : { cause }),
  });
}

function cutShort(set: DecodedSet, recordsRead: number, cause?: unknown): IsochroneError {
  return new IsochroneError(
    'RECORD_TRUNCATED',
    `${set.path} ends after ${recordsRead} records, ${set.recordCount} are announced`,
    {
      hint: 'The file was cut short: copy it again.',
      where: { file: set.path },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
