/** One record that is being written: its files only grow until it is closed. */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { INDEPENDENT_LEADS, type StreamEvent } from '../stream/events.js';
import { eventFileStart, eventLine, type EventFileStart } from './event-file.js';
import { writeAtomically } from './files.js';
import {
  AnnotationWriter,
  decodeAnnotations,
  encodeAnnotations,
  type WfdbAnnotation,
} from './wfdb-annotations.js';
import { asInt16 } from './wfdb-format.js';
import { EVENTS_EXTENSION } from './wfdb.js';

const LEADS = INDEPENDENT_LEADS.length;
/** Samples wait for so much signal at the most. */
const FLUSH_SECONDS = 0.5;

export interface GrowingRecordOptions {
  readonly folder: string;
  readonly name: string;
  readonly sampleRateHz: number;
  readonly start: EventFileStart;
  /** The first samples, sample-major, int16: a record is never empty. */
  readonly firstFrame: Buffer;
}

export class GrowingRecord {
  samples = 0;
  private readonly data: number;
  private readonly atr: number;
  private readonly events: number;
  private readonly writer = new AnnotationWriter();
  private readonly sums = new Int32Array(LEADS);
  private waiting: Buffer[] = [];
  private waitingSamples = 0;

  /** Never over a record that is there. */
  constructor(private readonly options: GrowingRecordOptions) {
    this.data = openSync(this.path('dat'), 'ax');
    this.atr = openSync(this.path('atr'), 'ax');
    this.events = openSync(this.path(EVENTS_EXTENSION), 'ax');
    // Before the header: a record that can be found holds a sample.
    this.append(options.firstFrame);
    this.flush();
    writeAll(this.events, Buffer.from(eventFileStart(options.start)));
    writeFileSync(this.path('hea'), this.header(0), { flag: 'wx', flush: true });
  }

  /** On the axis of the stream. */
  get firstSampleIndex(): number {
    return this.options.start.firstSampleIndex;
  }

  private path(extension: string): string {
    return join(this.options.folder, `${this.options.name}.${extension}`);
  }

  /** With 0 samples their number is that of the file, and checksums mean nothing. */
  private header(samples: number): string {
    const { name, firstFrame, sampleRateHz } = this.options;
    const lines = INDEPENDENT_LEADS.map(
      (lead, i) =>
        `${name}.dat 16 1000(0)/mV 16 0 ${firstFrame.readInt16LE(2 * i)} ${asInt16(this.sums[i] ?? 0)} 0 ${lead}`,
    );
    return [
      `${name} ${LEADS} ${sampleRateHz} ${samples}`,
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
    if (this.waitingSamples >= FLUSH_SECONDS * this.options.sampleRateHz) this.flush();
  }

  /** Its sample index counts from the beginning of this record. */
  annotate(one: WfdbAnnotation): void {
    writeAll(this.atr, this.writer.encode(one));
  }

  keep(event: StreamEvent): void {
    writeAll(this.events, Buffer.from(eventLine(this.samples, event)));
  }

  flush(): void {
    if (this.waiting.length === 0) return;
    writeAll(this.data, Buffer.concat(this.waiting));
    this.waiting = [];
    this.waitingSamples = 0;
  }

  /** In the background: a slow disk must not hold up the stream. */
  sync(failed: (error: unknown) => void): void {
    for (const file of [this.data, this.atr, this.events]) {
      fdatasync(file, (error) => {
        // Closed meanwhile, which has synced it.
        if (error !== null && error.code !== 'EBADF') failed(error);
      });
    }
  }

  async close(): Promise<void> {
    this.flush();
    for (const file of [this.data, this.atr, this.events]) {
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
