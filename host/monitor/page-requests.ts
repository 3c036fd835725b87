/** What a page shows, as files that others read: the page sends its samples, and gets them back as EDF+, WFDB or FHIR. */
import { IsochroneError } from '../../codegen/errors.js';
import { encodeEdf } from '../records/edf-write.js';
import { INDEPENDENT_LEAD_NAMES, type EcgRecord } from '../records/record.js';
import { annotation, encodeAnnotations } from '../records/wfdb-annotations.js';
import { encodeWfdb } from '../records/wfdb-write.js';
import { toObservation } from '../sinks/fhir.js';
import type { MarkEvent } from '../stream/events.js';
import {
  EXPORT_FORMATS,
  MARK_TEXT_LENGTH,
  type ExportAnswer,
  type ExportRequest,
} from './messages.js';

const RATE_HZ = 500;
const MISSING = -32_768;
const LEADS = INDEPENDENT_LEAD_NAMES.length;
const BYTES_PER_MOMENT = 2 * LEADS;
const NAME = 'isochrone';
/** One Observation holds what one answer was given for. */
const FHIR_SAMPLES = 5000;

/** @throws {IsochroneError} EXPORT_REQUEST_INVALID, RECORD_EMPTY, RECORD_OUT_OF_RANGE */
export function exportFiles(body: unknown, now: Date): ExportAnswer {
  const request = checked(body);
  const record = recordOf(request);
  const sampleCount = record.leads[0]?.microvolt.length ?? 0;
  const startedAt = new Date(now.getTime() - (1000 * sampleCount) / RATE_HZ);
  switch (request.format) {
    case 'edf':
      return answer({ [`${NAME}.edf`]: encodeEdf(record, { startedAt }) });
    case 'wfdb': {
      const { header, data } = encodeWfdb(NAME, record, [...record.remarks]);
      const notes = (record.annotations ?? []).map(({ sampleIndex, label }) =>
        label === BEAT ? annotation(sampleIndex, 'N') : annotation(sampleIndex, '"', label),
      );
      return answer({
        [`${NAME}.hea`]: Buffer.from(header),
        [`${NAME}.dat`]: data,
        [`${NAME}.atr`]: encodeAnnotations(notes),
      });
    }
    case 'fhir': {
      const first = Math.max(0, sampleCount - FHIR_SAMPLES);
      const observation = toObservation({
        microvolt: record.leads.map(({ microvolt }) => microvolt.subarray(first)),
        sampleRateHz: RATE_HZ,
        effective: new Date(startedAt.getTime() + (1000 * first) / RATE_HZ),
        device: request.device,
        ...(request.result === undefined ? {} : { result: request.result }),
      });
      return answer({
        [`${NAME}.json`]: Buffer.from(`${JSON.stringify(observation, null, 2)}\n`),
      });
    }
  }
}

const BEAT = 'beat';

function recordOf(request: ExportRequest): EcgRecord {
  const bytes = Buffer.from(request.microvoltBase64, 'base64');
  const sampleCount = Math.floor(bytes.length / BYTES_PER_MOMENT);
  const leads = INDEPENDENT_LEAD_NAMES.map((name, lead) => ({
    name,
    microvolt: Float64Array.from({ length: sampleCount }, (_unused, i) => {
      const value = bytes.readInt16LE(i * BYTES_PER_MOMENT + 2 * lead);
      return value === MISSING ? Number.NaN : value;
    }),
  }));
  const annotations = [
    ...request.beats.map((sampleIndex) => ({ sampleIndex, label: BEAT })),
    ...request.marks.map(({ sampleIndex, text }) => ({ sampleIndex, label: text })),
  ]
    .map((note) => ({ ...note, sampleIndex: note.sampleIndex - request.firstSampleIndex }))
    .filter(({ sampleIndex }) => sampleIndex >= 0 && sampleIndex < sampleCount)
    .sort((a, b) => a.sampleIndex - b.sampleIndex);
  return {
    name: NAME,
    sampleRateHz: RATE_HZ,
    leads,
    source: request.device,
    remarks: [`${request.device}; research use only, not a medical device`],
    annotations,
  };
}

function answer(files: Readonly<Record<string, Buffer>>): ExportAnswer {
  return {
    files: Object.entries(files).map(([name, bytes]) => ({
      name,
      base64: bytes.toString('base64'),
    })),
  };
}

function whole(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isMark(mark: unknown): mark is ExportRequest['marks'][number] {
  const { sampleIndex, text } = (mark ?? {}) as { sampleIndex?: unknown; text?: unknown };
  return whole(sampleIndex) && typeof text === 'string';
}

/** What somebody noted on a page. @throws {IsochroneError} MARK_INVALID */
export function markOf(body: unknown): MarkEvent {
  if (!isMark(body) || body.text === '' || body.text.length > MARK_TEXT_LENGTH) {
    throw new IsochroneError(
      'MARK_INVALID',
      `A mark needs the index of its sample and a text of 1 to ${MARK_TEXT_LENGTH} characters.`,
      { hint: 'Shorten the text, or reload the page.' },
    );
  }
  // Control characters would end a line of a terminal or of a file.
  const text = body.text.replace(/\p{Cc}/gu, ' ');
  return { kind: 'mark', sampleIndex: body.sampleIndex, text };
}

/** An image file as a page sends it. @throws {IsochroneError} FIRMWARE_REQUEST_INVALID */
export function firmwareOf(body: unknown): Uint8Array {
  const { imageBase64 } = (body ?? {}) as { readonly imageBase64?: unknown };
  if (typeof imageBase64 !== 'string' || imageBase64 === '') {
    throw new IsochroneError(
      'FIRMWARE_REQUEST_INVALID',
      'An update needs the bytes of an image file.',
      {
        hint: 'Choose the file that `isochrone firmware` wrote.',
      },
    );
  }
  return Buffer.from(imageBase64, 'base64');
}

function checked(body: unknown): ExportRequest {
  const request = (typeof body === 'object' ? body : null) as Partial<ExportRequest> | null;
  const refuse = (what: string): never => {
    throw new IsochroneError('EXPORT_REQUEST_INVALID', `An export needs ${what}.`, {
      hint: 'Reload the page; it and the monitor may be of different versions.',
    });
  };
  if (request === null) return refuse('a body');
  if (!EXPORT_FORMATS.some((format) => format === request.format)) {
    refuse(`a format: ${EXPORT_FORMATS.join(', ')}`);
  }
  if (!whole(request.firstSampleIndex)) refuse('the index of its first sample');
  if (typeof request.microvoltBase64 !== 'string' || request.microvoltBase64 === '') {
    refuse('samples');
  }
  if (typeof request.device !== 'string') refuse('the name of the device');
  if (!Array.isArray(request.beats) || !request.beats.every(whole)) refuse('its beats');
  if (!Array.isArray(request.marks) || !request.marks.every(isMark)) refuse('its marks');
  return request as ExportRequest;
}
