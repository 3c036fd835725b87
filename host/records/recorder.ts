/**
 * Records a stream as it comes, so that a crash at any moment loses at most its last second. Files only grow: the header is there first and leaves the
 * number of samples to the length of the signal file (header(5) allows it), annotations are appended one by one. A record that is closed
 * gets its header again with count and checksums, and its annotations in the order of time.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { INDEPENDENT_LEADS, type SamplesEvent, type StreamEvent } from '../stream/events.js';
import { writeAtomically } from './files.js';
import {
  annotation,
  AnnotationWriter,
  decodeAnnotations,
  encodeAnnotations,
} from './wfdb-annotations.js';
import { asInt16 } from './wfdb-format.js';
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
/** Written at the latest after half a second of signal or of time; on the disk, past a loss of power, within a second. */
const FLUSH_SECONDS = 0.5;
const FLUSH_MS = 500;
/** A longer hole begins a new record: half a minute of unplugging stays in one, a night does not fill the disk. */
const LONGEST_GAP_SECONDS = 60;

/** @throws {IsochroneError} RECORD_WRITE_FAILED */
export function startRecorder(options: RecorderOptions): Recorder {
  checkRecordName(options.name, options.folder);
  mkdirSync(options.folder, { recursive: true });
  return new FileRecorder(options);
}

/** One record that is being written. */
class OpenRecord {
  samples = 0;
  private readonly data: number;
  private readonly atr: number;
  private readonly writer = new AnnotationWriter();
  private readonly sums = new Int32Array(LEADS);
  private waiting: Buffer[] = [];
  private waitingSamples = 0;

  constructor(
    private readonly folder: string,
    readonly name: string,
    private readonly rateHz: number,
    /** On the axis of the stream. */
    readonly firstSampleIndex: number,
    private readonly firstFrame: Buffer,
  ) {
    // Never over a record that is there.
    this.data = openSync(this.path('dat'), 'ax');
    this.atr = openSync(this.path('atr'), 'ax');
    // Before the header: a record that can be found holds a sample.
    this.append(firstFrame);
    this.flush();
    writeFileSync(this.path('hea'), this.header(0), { flag: 'wx', flush: true });
  }

  path(extension: string): string {
    return join(this.folder, `${this.name}.${extension}`);
  }

  /** With 0 samples their number is that of the file, and checksums mean nothing. */
  private header(samples: number): string {
    const lines = INDEPENDENT_LEADS.map(
      (lead, i) =>
        `${this.name}.dat 16 1000(0)/mV 16 0 ${this.firstFrame.readInt16LE(2 * i)} ${asInt16(this.sums[i] ?? 0)} 0 ${lead}`,
    );
    return [
      `${this.name} ${LEADS} ${this.rateHz} ${samples}`,
      ...lines,
      `# first sample of the stream: ${this.firstSampleIndex}`,
      '# research use only',
      '',
    ].join('\n');
  }

  append(frame: Buffer): void {
    for (let at = 0; at < frame.length; at += 2) {
      const lead = (at / 2) % LEADS;
      const value = frame.readInt16LE(at);
      this.sums[lead] = ((this.sums[lead] ?? 0) + value) | 0;
    }
    this.samples += frame.length / (2 * LEADS);
    this.waiting.push(frame);
    this.waitingSamples += frame.length / (2 * LEADS);
    if (this.waitingSamples >= FLUSH_SECONDS * this.rateHz) this.flush();
  }

  note(sampleIndex: number, mnemonic: string, text: string): void {
    writeAll(this.atr, this.writer.encode(annotation(sampleIndex, mnemonic, text)));
  }

  flush(): void {
    if (this.waiting.length === 0) return;
    writeAll(this.data, Buffer.concat(this.waiting));
    this.waiting = [];
    this.waitingSamples = 0;
  }

  /** In the background: a slow disk must not hold up the stream. */
  sync(failed: (error: unknown) => void): void {
    for (const file of [this.data, this.atr]) {
      fdatasync(file, (error) => {
        // Closed meanwhile, which has synced it.
        if (error !== null && error.code !== 'EBADF') failed(error);
      });
    }
  }

  async close(): Promise<void> {
    this.flush();
    for (const file of [this.data, this.atr]) {
      fdatasyncSync(file);
      closeSync(file);
    }
    const annotations = decodeAnnotations(readFileSync(this.path('atr')));
    await writeAtomically(this.path('atr'), encodeAnnotations(annotations));
    await writeAtomically(this.path('hea'), this.header(this.samples));
  }
}

/** A write may be short; what is left follows. */
function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}

class FileRecorder implements Recorder {
  private readonly rateHz: number;
  private readonly rotateSamples: number;
  private readonly totals = { records: 0, samplesWritten: 0, samplesMissing: 0, annotations: 0 };
  private readonly timer: NodeJS.Timeout;
  private open: OpenRecord | undefined;
  private newest = 0;
  private failed = false;
  private closing: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly options: RecorderOptions) {
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
      switch (event.kind) {
        case 'samples':
          this.samples(event);
          break;
        case 'beat':
          // Any beat, as detectors write them.
          this.note(event.sampleIndex, 'N', '');
          break;
        case 'result': {
          const name = event.classNames[event.winner] ?? String(event.winner);
          const probability = (event.probabilities[event.winner] ?? 0).toFixed(3);
          this.note(event.windowFirstSampleIndex, '"', `result ${name} ${probability}`);
          break;
        }
        case 'gap':
          this.note(event.firstSampleIndex, '"', `gap of ${event.sampleCount}, ${event.cause}`);
          break;
        case 'hello':
          // A run of the device has an axis of its own, and a rate.
          this.rotate();
          break;
        default:
          break;
      }
    });
  }

  mark(text: string, sampleIndex = this.newest): void {
    this.guarded(() => {
      this.note(sampleIndex, '"', text);
      this.open?.flush();
    });
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
      const number = String(this.totals.records).padStart(4, '0');
      const { folder, name } = this.options;
      this.open = new OpenRecord(folder, `${name}-${number}`, this.rateHz, first, frame);
    } else {
      this.open.append(frame);
    }
    this.totals.samplesWritten += count;
    this.newest = (first + count - 1) >>> 0;
  }

  private note(sampleIndex: number, mnemonic: string, text: string): void {
    const { open } = this;
    // What belongs to the record before stays out of this one.
    const at = open === undefined ? -1 : (sampleIndex - open.firstSampleIndex) | 0;
    if (open === undefined || at < 0) return;
    open.note(at, mnemonic, text);
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
