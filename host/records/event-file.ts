/**
 * What a recorder keeps beside the signal: `NAME.events.jsonl`, every event but the samples as a line of JSON, in the order in which they came. The first line says
 * which record it belongs to. Lines are only ever appended: a crash costs the one that was being written, and the reader leaves that out.
 */
import type { HelloEvent, StreamEvent } from '../stream/events.js';
import { toJson } from '../stream/json.js';
import type { RecordedEvent } from './record.js';

const FORMAT = 'isochrone-events-1';

export interface EventFileStart {
  /** Of the record, on the axis of the stream. */
  readonly firstSampleIndex: number;
  /** When it was recorded. */
  readonly startedAt: Date;
  /** The device, where it had introduced itself. */
  readonly hello?: HelloEvent;
}

export interface EventFile {
  readonly firstSampleIndex: number;
  readonly events: readonly RecordedEvent[];
  /** Lines that are no event: damage, or another program. */
  readonly unreadableLines: number;
}

/** A record that begins in the middle of a stream has its device's introduction all the same. */
export function eventFileStart({ firstSampleIndex, startedAt, hello }: EventFileStart): string {
  const start = { format: FORMAT, firstSampleIndex, startedAt: startedAt.toISOString() };
  return `${JSON.stringify(start)}\n${hello === undefined ? '' : eventLine(0, hello)}`;
}

export function eventLine(sample: number, event: StreamEvent): string {
  return `{"sample":${sample},"event":${toJson(event)}}\n`;
}

/** Undefined where the bytes are not the file of a recorder. */
export function parseEventFile(bytes: Buffer): EventFile | undefined {
  const lines = bytes.toString('utf8').split('\n');
  // What follows the last line end was being written when the process died; mostly nothing.
  lines.pop();
  const [first = '', ...rest] = lines;
  const start = parsed(first);
  if (start?.['format'] !== FORMAT || !isIndex(start['firstSampleIndex'])) return undefined;
  const events: RecordedEvent[] = [];
  for (const line of rest) {
    const found = parsed(line);
    const event = found?.['event'];
    if (found === undefined || !isIndex(found['sample']) || !isEvent(event)) continue;
    const numbers = NUMBERS_ONLY.includes(event.kind) ? parsed(line, nullIsNaN) : found;
    events.push({ sample: found['sample'], event: numbers?.['event'] as StreamEvent });
  }
  return {
    firstSampleIndex: start['firstSampleIndex'],
    events,
    unreadableLines: rest.length - events.length,
  };
}

/** In these events null stands for a number that JSON cannot carry; in the others it says that there is none. */
const NUMBERS_ONLY: readonly StreamEvent['kind'][] = ['result', 'explanation'];
const nullIsNaN = (_key: string, value: unknown): unknown => (value === null ? NaN : value);

function parsed(
  line: string,
  reviver?: (key: string, value: unknown) => unknown,
): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line, reviver);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Only that it has a kind: whoever uses an event of a file must take it for what a stranger wrote. */
function isEvent(value: unknown): value is StreamEvent {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
  );
}
