/**
 * What travels over `/stream` from the monitor's server to the page: the stream events as JSON, and two messages
 * that only exist between server and page. Free of Node imports: the page's bundle includes it.
 */
import type { ResultEvent, StreamEvent } from '../stream/events.js';
import { toJson } from '../stream/json.js';

/** Path of the WebSocket on the monitor's server. */
export const STREAM_PATH = '/stream';

/**
 * The first message to a new client: all that it needs to draw at once. Its samples are old news, so the ages say how
 * old, and the page never takes a stalled link for a live one.
 */
export interface SnapshotMessage {
  readonly kind: 'snapshot';
  readonly events: readonly StreamEvent[];
  /** Milliseconds since the newest sample arrived at the host; null when none ever did. */
  readonly lastSampleAgeMs: number | null;
}

/**
 * Samples that reached the host but not this client, because it read too slowly. Apart from `gap`: the record at the
 * host is whole.
 */
export interface SkippedMessage {
  readonly kind: 'skipped';
  readonly firstSampleIndex: number;
  readonly sampleCount: number;
}

/** POST: a firmware image in base64, to be given to the device. */
export const FIRMWARE_PATH = '/firmware';

/** Where the page asks something of the device (`page-command.ts`). */
export const COMMAND_PATH = '/command';

/** Where the page sends a mark: `{ sampleIndex, text }`. It comes back to every page as an event. */
export const MARK_PATH = '/mark';
export const MARK_TEXT_LENGTH = 80;

/** Where the page sends what it shows, to have it as a file. */
export const EXPORT_PATH = '/export';
export const EXPORT_FORMATS = ['edf', 'wfdb', 'fhir'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
  readonly format: ExportFormat;
  /** On the device's sample axis, 500 Hz. */
  readonly firstSampleIndex: number;
  /** int16, little-endian, sample-major, eight independent leads; −32768 where missing. */
  readonly microvoltBase64: string;
  readonly beats: readonly number[];
  readonly marks: readonly { readonly sampleIndex: number; readonly text: string }[];
  /** The answer of the last window in sight. */
  readonly result?: ResultEvent;
  readonly device: string;
}

export interface ExportAnswer {
  readonly files: readonly { readonly name: string; readonly base64: string }[];
}

export type PageMessage = StreamEvent | SnapshotMessage | SkippedMessage;

export const encodeMessage = (message: PageMessage): string => toJson(message);
