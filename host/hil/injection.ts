/** Records put into a device sample by sample, over the port that stands for its front end, and the books of where each has gone. */
import { INJECT_FRAME_SAMPLES, injectRecord, type FrameContact } from '../flash/injector.js';
import { FrameEncoder } from '../protocol/frame.js';
import type { StreamEvent } from '../stream/events.js';
import type { Heard } from './heard.js';
import type { Journal } from './journal.js';
import type { SampleBooks } from './record.js';
import { sampleBooks } from './sample-books.js';
import type { Target } from './target.js';
import type { TestBook } from './test-book.js';

export interface InjectRequest {
  /** Sample-major, eight leads, 500 Hz, microvolt; a record begins where a run begins. */
  readonly microvolt: Int16Array;
  /** Multiple of real time. */
  readonly speed: number;
  readonly contactAt?: (sampleIndex: number) => FrameContact;
  /** What becomes of a frame of 20 samples; undefined: it is left out. A pause holds the ones behind it back as well. */
  readonly line?: (frameIndex: number, bytes: Uint8Array) => Promise<Uint8Array | undefined>;
  readonly signal?: AbortSignal;
}

export interface InjectionOptions {
  readonly target: Target;
  readonly journal: Journal;
  readonly heard: Heard;
  /** Settles when the device has answered for so many samples. */
  readonly ended: (sampleCount: number) => Promise<unknown>;
}

/** Every method throws HIL_NO_FIXTURE where the device has no such port. */
export class Injection {
  /** Of the record that was played last. */
  private sentSamples = 0;

  constructor(private readonly options: InjectionOptions) {}

  /**
   * Plays a record into a run that has none yet, and waits until the device has answered for all of it.
   * @throws IsochroneError HIL_TIMEOUT, HIL_LIMIT where a sample is unaccounted for or altered
   */
  async toEnd(request: InjectRequest, book: TestBook): Promise<SampleBooks> {
    const { heard, ended } = this.options;
    const { microvolt } = request;
    await this.play(request);
    await ended(microvolt.length / 8);
    const books = sampleBooks(microvolt, heard.events);
    book.trace = heard.trace();
    book.account(books);
    return books;
  }

  /** The same without the wait: for a device that is not to see the end. */
  async play({ microvolt, speed, contactAt, line, signal }: InjectRequest): Promise<void> {
    const { target, journal, heard } = this.options;
    const sampleCount = microvolt.length / 8;
    journal.note(`inject ${sampleCount} samples at ${speed} times real time`);
    let frame = 0;
    this.sentSamples = 0;
    // It ends whatever a record that was cut off has left on the line.
    await target.inject(Uint8Array.of(0));
    await injectRecord({
      write: async (bytes) => {
        const sent = line === undefined ? bytes : await line(frame, bytes);
        frame += 1;
        if (sent !== undefined) await target.inject(sent);
        this.sentSamples = Math.min(sampleCount, frame * INJECT_FRAME_SAMPLES);
      },
      microvolt,
      sampleCount,
      speed,
      samplesReturned: () => heard.nextSampleIndex,
      ...(contactAt === undefined ? {} : { contactAt }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /**
   * Books of a run that a reset has ended: what did not come back until then is lost to that.
   * @param events of that run
   */
  accountReset(microvolt: Int16Array, events: readonly StreamEvent[], book: TestBook): void {
    const sent = microvolt.subarray(0, this.sentSamples * 8);
    book.account(sampleBooks(sent, events, true));
  }

  /** Takes in what a record that was cut off has left in front of the device; a restart then begins an axis without it. */
  async drain(): Promise<void> {
    const end = new FrameEncoder().encode({ kind: 'END_OF_RECORD', sampleCount: 0 });
    await this.options.target.inject(Uint8Array.of(0, ...end));
    await this.options.ended(0);
  }
}
