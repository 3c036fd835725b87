import type { StreamEvent } from '../stream/events.js';
import type { StreamHistory } from './history.js';
import { SAMPLES_LIMIT_BYTES } from '../sinks/sink.js';
import { encodeMessage } from './messages.js';

/** The part of a WebSocket that a client needs; a test gives its own. */
export interface ClientSocket {
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(text: string): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

const SOCKET_OPEN = 1;
/**
 * Unread bytes above which the client counts as dead: some 250 explained results of 30 kB. It is cut off, and gets the
 * latest result in the snapshot when it comes back.
 */
export const CLIENT_LIMIT_BYTES = 8_000_000;
/** "Try again later" (RFC 6455 registry). */
const CLOSE_TRY_AGAIN = 1013;

/** One connected page: everything is sent but samples that it is too slow for, and those are named to it. */
export class MonitorClient {
  private skippedFirst = 0;
  private skippedCount = 0;

  constructor(private readonly socket: ClientSocket) {}

  greet(history: StreamHistory, nowMs: number): void {
    this.send(history.snapshot(nowMs));
  }

  /** `json` is the encoded `event`, made once for all clients. */
  deliver(event: StreamEvent, json: string): void {
    if (this.socket.readyState !== SOCKET_OPEN) return;
    if (this.socket.bufferedAmount > CLIENT_LIMIT_BYTES) {
      this.socket.close(CLOSE_TRY_AGAIN, 'client reads too slowly');
      this.socket.terminate();
      return;
    }
    if (event.kind !== 'samples') {
      this.send(json);
      return;
    }
    if (this.socket.bufferedAmount > SAMPLES_LIMIT_BYTES) {
      this.skip(event.firstSampleIndex, event.microvolt[0]?.length ?? 0);
      return;
    }
    this.sendSkipped();
    this.send(json);
  }

  private skip(firstSampleIndex: number, sampleCount: number): void {
    const end = firstSampleIndex + sampleCount;
    if (this.skippedCount === 0 || firstSampleIndex < this.skippedFirst) {
      this.skippedFirst = firstSampleIndex;
      this.skippedCount = sampleCount;
    } else {
      this.skippedCount = end - this.skippedFirst;
    }
  }

  private sendSkipped(): void {
    if (this.skippedCount === 0) return;
    this.send(
      encodeMessage({
        kind: 'skipped',
        firstSampleIndex: this.skippedFirst,
        sampleCount: this.skippedCount,
      }),
    );
    this.skippedCount = 0;
  }

  private send(json: string): void {
    if (this.socket.readyState === SOCKET_OPEN) this.socket.send(json);
  }
}
