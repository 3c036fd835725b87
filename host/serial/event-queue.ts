import type { StreamEvent } from '../stream/events.js';

/** About 80 s of samples, or hours of everything else. */
export const DEFAULT_QUEUE_LIMIT = 4096;

/**
 * What waits for one reader. When the reader is too slow the oldest samples go first; results stay as long as anything
 * else is there to go. A log line in place of the first of them says so.
 */
export class EventQueue {
  dropped = 0;
  private readonly waiting: StreamEvent[] = [];
  private overflowing = false;
  private ended = false;
  private failure: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(private readonly limit = DEFAULT_QUEUE_LIMIT) {}

  push(event: StreamEvent): void {
    if (this.ended) return;
    if (this.waiting.length >= this.limit) this.makeRoom();
    else if (this.waiting.length < this.limit / 2) this.overflowing = false;
    this.waiting.push(event);
    this.wake?.();
  }

  /** What is waiting is still read; then the iteration ends, or throws `failure`. */
  end(failure?: Error): void {
    this.ended = true;
    this.failure = failure;
    this.wake?.();
  }

  /** Takes everything that waits. */
  drain(): StreamEvent[] {
    return this.waiting.splice(0);
  }

  async *read(): AsyncGenerator<StreamEvent, void, undefined> {
    for (;;) {
      const event = this.waiting.shift();
      if (event !== undefined) {
        yield event;
      } else if (this.ended) {
        if (this.failure !== undefined) throw this.failure;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        this.wake = undefined;
      }
    }
  }

  private makeRoom(): void {
    const samples = this.waiting.findIndex(({ kind }) => kind === 'samples');
    const at = Math.max(0, samples);
    this.dropped += 1;
    if (this.overflowing) {
      this.waiting.splice(at, 1);
      return;
    }
    this.overflowing = true;
    this.waiting.splice(at, 1, {
      kind: 'log',
      level: 'warning',
      text: 'The reader of this stream is too slow: samples are left out.',
    });
    this.makeRoom();
  }
}
