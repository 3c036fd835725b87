/**
 * Records a stream as it comes, so that a crash at any moment loses at most its last second. Files only grow: the header is there first and leaves the
 * number of samples to the length of the signal file (header(5) allows it), annotations and events are appended one by one. A record that is closed
 * gets its header again with count and checksums, and its annotations in the order of time.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { IsochroneError } from '../../codegen/errors.js';
import {
  INDEPENDENT_LEADS,
  type HelloEvent,
  type SamplesEvent,
  type StreamEvent,
} from '../stream/events.js';
import { EventAnnotator } from './event-annotations.js';
import { GrowingRecord } from './growing-record.js';
import { checkRecordName } from './wfdb-write.js';

export interface RecorderOptions {
  readonly folder: string;
  /** Records are called NAME-0001, NAME-0002 … */
  readonly name: string;
  readonly sampleRateHz: number;
  /** A new record begins after so many seconds of signal. */
  readonly rotateSeconds?: number;
  /** Called once when the disk fails; nothing more is recorded then. */
  readonly onFailure?: (error: IsochroneError) => void;
}

export interface RecorderAccount {
  readonly records: number;
  readonly samplesWritten: number;
  /** Filled with the mark of a missing sample. */
  readonly samplesMissing: number;
  readonly annotations: number;
}

export interface Recorder {
  publish(event: StreamEvent): void;
  /** An event mark at the newest sample, or at the given one. */
  mark(text: string, sampleIndex?: number): void;
  account(): RecorderAccount;
  /** Idempotent; the last record gets its count and checksums. */
  close(): Promise<void>;
}

const LEADS = INDEPENDENT_LEADS.length;
const INVALID = -0x8000;
const DEFAULT_ROTATE_SECONDS = 3600;
/** Written at the latest after so much time; on the disk, past a loss of power, within a second. */
const FLUSH_MS = 500;
/** A longer hole begins a new record: half a minute of unplugging stays in one, a night does not fill the disk. */
const LONGEST_GAP_SECONDS = 60;

/** @throws {IsochroneError} RECORD_WRITE_FAILED */
export function startRecorder(options: RecorderOptions): Recorder {
  checkRecordName(options.name, options.folder);
  mkdirSync(options.folder, { recursive: true });
  return new FileRecorder(options);
}

class FileRecorder implements Recorder {
  private readonly rateHz: number;
  private readonly rotateSamples: number;
  private readonly totals = { records: 0, samplesWritten: 0, samplesMissing: 0, annotations: 0 };
  private readonly timer: NodeJS.Timeout;
  private annotator = new EventAnnotator();
  private open: GrowingRecord | undefined;
  private hello: HelloEvent | undefined;
  private newest = 0;
  private failed = false;
  private closing: Promise<void> = Promise.resolve();
  private closed = false;
  /** Of the last record of that name in the folder: an earlier run's are never written over. */
  private number: number;

  constructor(private readonly options: RecorderOptions) {
    this.number = lastNumber(options.folder, options.name);
    this.rateHz = options.sampleRateHz;
    this.rotateSamples = (options.rotateSeconds ?? DEFAULT_ROTATE_SECONDS) * this.rateHz;
    this.timer = setInterval(() => {
      this.guarded(() => {
        this.open?.flush();
        this.open?.sync((error) => this.fail(error));
      });
    }, FLUSH_MS);
    this.timer.unref();
  }

  publish(event: StreamEvent): void {
    if (this.closed) return;
    this.guarded(() => {
      if (event.kind === 'samples') {
        this.samples(event);
        return;
      }
      if (event.kind === 'hello') {
        // A run of the device has an axis of its own, and a rate.
        this.rotate();
        this.hello = event;
      }
      this.keep(event);
      // Who marks a moment wants it kept.
      if (event.kind === 'mark') this.open?.flush();
    });
  }

  mark(text: string, sampleIndex = this.newest): void {
    this.publish({ kind: 'mark', sampleIndex, text });
  }

  account(): RecorderAccount {
    return { ...this.totals };
  }

  async close(): Promise<void> {
    if (!this.closed) {
      this.closed = true;
      clearInterval(this.timer);
      this.rotate();
    }
    await this.closing;
  }

  private samples(event: SamplesEvent): void {
    const count = event.microvolt[0]?.length ?? 0;
    if (count === 0) return;
    const first = event.firstSampleIndex;
    const frame = Buffer.alloc(count * LEADS * 2);
    for (const [lead, values] of event.microvolt.entries()) {
      for (let t = 0; t < count; t += 1) {
        // -32768 µV, below any signal, would read as missing.
        const value = Math.min(0x7fff, Math.max(-0x7fff, values[t] ?? 0));
        frame.writeInt16LE(value, 2 * (t * LEADS + lead));
      }
    }
    const { open } = this;
    if (open !== undefined) {
      const missing = (first - (open.firstSampleIndex + open.samples)) | 0;
      if (missing < 0 || missing > LONGEST_GAP_SECONDS * this.rateHz) this.rotate();
      else if (open.samples >= this.rotateSamples) this.rotate();
      else if (missing > 0) {
        const hole = Buffer.alloc(missing * LEADS * 2);
        for (let at = 0; at < hole.length; at += 2) hole.writeInt16LE(INVALID, at);
        open.append(hole);
        this.totals.samplesMissing += missing;
      }
    }
    if (this.open === undefined) {
      this.totals.records += 1;
      this.number += 1;
      const number = String(this.number).padStart(4, '0');
      const { folder, name } = this.options;
      const { hello } = this;
      this.open = new GrowingRecord({
        folder,
        name: `${name}-${number}`,
        sampleRateHz: this.rateHz,
        start: {
          firstSampleIndex: first,
          startedAt: new Date(),
          ...(hello === undefined ? {} : { hello }),
        },
        firstFrame: frame,
      });
      this.annotator = new EventAnnotator();
    } else {
      this.open.append(frame);
    }
    this.totals.samplesWritten += count;
    this.newest = (first + count - 1) >>> 0;
  }

  private keep(event: StreamEvent): void {
    const { open } = this;
    if (open === undefined) return;
    open.keep(event);
    const found = this.annotator.annotationOf(event, this.newest);
    if (found === undefined) return;
    // What belongs to the record before stays out of this one.
    const sampleIndex = (found.sampleIndex - open.firstSampleIndex) | 0;
    if (sampleIndex < 0) return;
    open.annotate({ ...found, sampleIndex });
    this.totals.annotations += 1;
  }

  private rotate(): void {
    const { open } = this;
    this.open = undefined;
    if (open === undefined) return;
    this.closing = Promise.all([this.closing, open.close()]).then(
      () => undefined,
      (error: unknown) => this.fail(error),
    );
  }

  private guarded(work: () => void): void {
    if (this.failed) return;
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(cause: unknown): void {
    if (this.failed) return;
    this.failed = true;
    clearInterval(this.timer);
    const { folder, onFailure } = this.options;
    onFailure?.(
      cause instanceof IsochroneError
        ? cause
        : new IsochroneError(
            'RECORD_WRITE_FAILED',
            `cannot record into ${folder}: ${String(cause)}`,
            {
              hint: 'Check that the folder can be written, that the disk has room and that no record of that name is there.',
              where: { folder },
              cause,
            },
          ),
    );
  }
}

function lastNumber(folder: string, name: string): number {
  const numbers = readdirSync(folder).map((file) =>
    file.startsWith(`${name}-`) ? Number(/^\d+(?=\.)/u.exec(file.slice(name.length + 1))?.[0]) : 0,
  );
  return numbers.reduce((most, number) => (number > most ? number : most), 0);
}
