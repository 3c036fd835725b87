/** Where a stream goes: several at once, each failing alone. */
import type { StreamEvent } from '../stream/events.js';

export interface Sink {
  /** For messages to people; without secrets. */
  readonly name: string;
  publish(event: StreamEvent): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/**
 * Bytes that a reader has not taken above which samples are left out for it. About 8 s of samples (8 leads × 500 Hz × 6 characters = 24 kB/s): a
 * reader further behind than that is better served by a gap.
 */
export const SAMPLES_LIMIT_BYTES = 200_000;

export interface SinkSet {
  publish(event: StreamEvent): void;
  /** Names of those that still take events. */
  readonly alive: readonly string[];
  close(): Promise<void>;
}

/** @param onFailure called once for a sink that throws; it gets nothing more, the others go on */
export function sinkSet(
  sinks: readonly Sink[],
  onFailure: (name: string, error: unknown) => void,
): SinkSet {
  const alive = new Set(sinks);
  const failed = (sink: Sink, error: unknown): void => {
    alive.delete(sink);
    onFailure(sink.name, error);
  };
  return {
    get alive() {
      return [...alive].map(({ name }) => name);
    },
    publish(event) {
      for (const sink of alive) {
        try {
          sink.publish(event);
        } catch (error) {
          failed(sink, error);
        }
      }
    },
    async close() {
      await Promise.all(
        sinks.map((sink) =>
          sink.close().catch((error: unknown) => {
            failed(sink, error);
          }),
        ),
      );
    },
  };
}
