/**
 * What travels over `/stream` from the monitor's server to the page: the stream events as JSON, and two messages
 * that only exist between server and page. Free of Node imports: the page's bundle includes it.
 */
import type { StreamEvent } from '../stream/events.js';
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

export type PageMessage = StreamEvent | SnapshotMessage | SkippedMessage;

export const encodeMessage = (message: PageMessage): string => toJson(message);
