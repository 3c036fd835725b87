/**
 * The device of a test: driven by its rig, heard over the link that the product uses, with a time-out for each wait and the last
 * thing seen in each error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { SEGMENT_NAMES } from '../cineecg/geometry.js';
import { INJECT_FRAME_SAMPLES, injectRecord, type FrameContact } from '../flash/injector.js';
import { FrameEncoder } from '../protocol/frame.js';
import type { HelloMessage, HostMessage } from '../protocol/messages.js';
import type { Askable } from '../serial/ask.js';
import { connectDevice, type DeviceConnection } from '../serial/device-connection.js';
import { DeviceCommands } from '../serial/device-commands.js';
import type { HelloEvent, ResultEvent, StreamEvent } from '../stream/events.js';
import type { Fixture } from './fixtures.js';
import { forbiddenIn } from './forbidden.js';
import { BenchLine, pauseHost } from './host-faults.js';
import type { Journal } from './journal.js';
import { sampleRate, type TimedSample } from './rate.js';
import type { SampleBooks } from './record.js';
import { noFixture } from './rig.js';
import { sampleBooks } from './sample-books.js';
import type { Target } from './target.js';
import type { TestBook } from './test-book.js';

export interface DeviceTiming {
  /** From power on to HELLO: a boot with its self-test, the reopening of the port, a machine that does other things too. */
  readonly helloMs: number;
  /** For an answer that takes no work. */
  readonly answerMs: number;
  /** After the last sample of a record, until the device has answered for all of it. */
  readonly endMs: number;
  /** Without HELLO for so long, a device that was given a wrong image counts as silent: twice what a boot takes here. */
  readonly silentMs: number;
}

const DEFAULT_TIMING: DeviceTiming = {
  helloMs: 60_000,
  answerMs: 4000,
  endMs: 60_000,
  silentMs: 4000,
};
/** A lost port is looked for again as often as this. */
const BACK_OFF = { firstMs: 100, mostMs: 500 };
/** An emulator under load is silent for longer than a board ever is. */
const LINK_TIMING = { staleAfterMs: 5000, lostAfterStaleMs: 15_000, helloTimeoutMs: 60_000 };
const POLL_MS = 10;
const TRACE_SECONDS = 10;
const TRACE_EVERY = 5;
const LEAD_II = 1;

export interface DeviceOptions {
  readonly target: Target;
  readonly journal: Journal;
  readonly timing?: Partial<DeviceTiming>;
}

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

type EventOf<Kind extends StreamEvent['kind']> = Extract<StreamEvent, { kind: Kind }>;

export class DeviceUnderTest {
  readonly target: Target;
  readonly journal: Journal;
  readonly line = new BenchLine();
  readonly timing: DeviceTiming;
  readonly connection: DeviceConnection;
  readonly commands: DeviceCommands;
  /** For questions that are no commands; what is asked is remembered. */
  readonly asked: Askable;
  /** Kinds of messages that the suite has sent. */
  readonly askedKinds = new Set<HostMessage['kind']>();
  /** Of the run of the device that goes on: since its HELLO. */
  private run: StreamEvent[] = [];
  /** Lines of its log in this test, over all its runs. */
  private said: string[] = [];
  private timed: TimedSample[] = [];
  private bootId: number | undefined;
  private introduced: HelloMessage | undefined;
  private readonly boards: string[] = [];
  private stoppedByOperator = false;
  private book: TestBook | undefined;
  /** Of the record that was played last. */
  private sentSamples = 0;

  constructor({ target, journal, timing = {} }: DeviceOptions) {
    this.target = target;
    this.journal = journal;
    this.timing = { ...DEFAULT_TIMING, ...timing };
    this.connection = connectDevice({
      transport: async () => this.line.wrap(await target.transport()),
      segmentNames: SEGMENT_NAMES,
      // A device whose power is not ours may have been running for long.
      ...(target.fixtures.has('power') ? { expectedFirstSampleIndex: 0 } : {}),
      timing: LINK_TIMING,
      backOff: BACK_OFF,
    });
    target.rig.onButton(() => {
      this.stoppedByOperator = true;
      this.journal.note('the operator presses the button');
    });
    this.connection.on((event) => this.hear(event));
    this.connection.onMessage((message) => {
      if (message.kind === 'HELLO') {
        this.introduced = message;
        this.boards.push(message.boardName);
      } else if (message.kind === 'SAMPLES') {
        this.timed.push({ sampleIndex: message.firstSampleIndex, tick: message.deviceTick });
      }
    });
    this.asked = {
      on: (listener, from) => this.connection.on(listener, from),
      onMessage: (listener) => this.connection.onMessage(listener),
      send: (message) => {
        this.askedKinds.add(message.kind);
        return this.connection.send(message);
      },
    };
    this.commands = new DeviceCommands(this.asked, { answerMs: this.timing.answerMs });
  }

  /** Of the run that goes on, in order. */
  get events(): readonly StreamEvent[] {
    return this.run;
  }

  eventsOf<Kind extends StreamEvent['kind']>(kind: Kind): readonly EventOf<Kind>[] {
    return this.run.filter((event): event is EventOf<Kind> => event.kind === kind);
  }

  /** The board of every HELLO, over all runs. */
  get introductions(): readonly string[] {
    return [...this.boards];
  }

  /**
   * What is measured and injected from now on belongs to this test.
   * @throws IsochroneError HIL_STOPPED
   */
  begin(book: TestBook): void {
    if (this.stoppedByOperator)
      throw this.failure('HIL_STOPPED', 'the operator has stopped the run');
    this.book = book;
    this.said = [];
    this.journal.clear();
  }

  /** The button of the rig was pressed. */
  get stopped(): boolean {
    return this.stoppedByOperator;
  }

  get records(): TestBook {
    if (this.book === undefined) throw new Error('a device is used outside of a test');
    return this.book;
  }

  require(fixture: Fixture): void {
    if (!this.target.fixtures.has(fixture)) throw noFixture(this.target.name, fixture);
  }

  async power(on: boolean): Promise<void> {
    this.journal.note(on ? 'power on' : 'power off');
    await this.target.rig.power(on);
  }

  /** Off for so long, and on: proven by another bootId. */
  async powerCycle(offMs: number): Promise<HelloEvent> {
    const before = this.connection.hello?.bootId;
    await this.power(false);
    await sleep(offMs);
    await this.power(true);
    return this.hello({ otherThan: before });
  }

  /** The reset line pulled for so long: proven by another bootId. */
  async reset(ms = 10): Promise<HelloEvent> {
    const before = this.connection.hello?.bootId;
    this.journal.note('reset line pulled');
    await this.target.rig.reset(true);
    await sleep(ms);
    await this.target.rig.reset(false);
    this.journal.note('reset line let go');
    return this.hello({ otherThan: before });
  }

  /** A new run by the device's own command, its sample axis at 0. */
  async restart(): Promise<HelloEvent> {
    const before = await this.hello();
    this.journal.note('REBOOT');
    await this.commands.reboot(before.bootId);
    return this.hello({ otherThan: before.bootId });
  }

  /** Writes an image and starts it. Without `buildId` nothing is waited for. */
  async flash(
    elfPath: string,
    wanted: { readonly share?: number; readonly buildId?: number } = {},
  ): Promise<void> {
    const { share = 1, buildId } = wanted;
    this.journal.note(`flash ${share < 1 ? `${Math.round(share * 100)} % of ` : ''}an image`);
    const before = this.connection.hello?.bootId;
    await this.target.flash(elfPath, share);
    if (this.target.fixtures.has('power')) await this.power(true);
    if (buildId === undefined) return;
    const hello = await this.hello({ otherThan: before });
    if (hello.buildId !== buildId) {
      throw this.failure('HIL_WRONG_IMAGE', `build ${hello.buildId} runs, ${buildId} was flashed`);
    }
  }

  /** @throws IsochroneError HIL_TIMEOUT */
  async hello(wanted: { readonly otherThan?: number | undefined } = {}): Promise<HelloEvent> {
    const { otherThan } = wanted;
    const heard = (): HelloEvent | undefined => {
      const { hello, state } = this.connection;
      return state === 'streaming' && hello?.bootId !== otherThan ? hello : undefined;
    };
    return this.until(
      otherThan === undefined ? 'HELLO' : 'HELLO of another run',
      this.timing.helloMs,
      heard,
    );
  }

  /** The device introduces itself to nobody for as long as silentMs. @throws IsochroneError HIL_NOT_SILENT */
  async expectSilence(): Promise<void> {
    const before = this.boards.length;
    await sleep(this.timing.silentMs);
    if (this.boards.length !== before) {
      throw this.failure(
        'HIL_NOT_SILENT',
        'the device introduced itself, and should not be able to',
      );
    }
  }

  /** The first event of this run, past or future, that is accepted. @throws IsochroneError HIL_TIMEOUT */
  async expect<Kind extends StreamEvent['kind']>(
    kind: Kind,
    accept: (event: EventOf<Kind>) => boolean = () => true,
    timeoutMs = this.timing.endMs,
  ): Promise<EventOf<Kind>> {
    return this.until(`${kind} as wanted`, timeoutMs, () => this.eventsOf(kind).find(accept));
  }

  expectResult(accept?: (result: ResultEvent) => boolean): Promise<ResultEvent> {
    return this.expect('result', accept);
  }

  /** The rate of the samples of this run, by the device's clock. @throws IsochroneError HIL_LIMIT */
  expectRate(hz: number, toleranceHz: number): void {
    const rate = sampleRate(this.timed, this.introduced?.ticksPerSecond ?? 0);
    this.records.measure('sample rate', rate, 'Hz', {
      least: hz - toleranceHz,
      most: hz + toleranceHz,
    });
  }

  /**
   * Plays a record into a run that has none yet, and waits until the device has answered for all of it.
   * @throws IsochroneError HIL_NO_FIXTURE, HIL_TIMEOUT, HIL_LIMIT where a sample is unaccounted for or altered
   */
  async inject(request: InjectRequest): Promise<SampleBooks> {
    const { microvolt } = request;
    await this.play(request);
    await this.expect('end', ({ sampleCount }) => sampleCount === microvolt.length / 8);
    const books = sampleBooks(microvolt, this.run);
    this.keepTrace();
    this.records.account(books);
    return books;
  }

  /** The same without the wait: for a device that is not to see the end. */
  async play({ microvolt, speed, contactAt, line, signal }: InjectRequest): Promise<void> {
    this.require('inject');
    const sampleCount = microvolt.length / 8;
    this.journal.note(`inject ${sampleCount} samples at ${speed} times real time`);
    let frame = 0;
    this.sentSamples = 0;
    // It ends whatever a record that was cut off has left on the line.
    await this.target.inject(Uint8Array.of(0));
    await injectRecord({
      write: async (bytes) => {
        const sent = line === undefined ? bytes : await line(frame, bytes);
        frame += 1;
        if (sent !== undefined) await this.target.inject(sent);
        this.sentSamples = Math.min(sampleCount, frame * INJECT_FRAME_SAMPLES);
      },
      microvolt,
      sampleCount,
      speed,
      samplesReturned: () => this.returned(),
      ...(contactAt === undefined ? {} : { contactAt }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /**
   * Books of a run that a reset has ended: what did not come back until then is lost to that.
   * @param events of that run
   */
  accountReset(microvolt: Int16Array, events: readonly StreamEvent[]): void {
    const sent = microvolt.subarray(0, this.sentSamples * 8);
    this.records.account(sampleBooks(sent, events, true));
  }

  /** Takes in what a record that was cut off has left in front of the device; restart() then begins an axis without it. */
  async drain(): Promise<void> {
    const end = new FrameEncoder().encode({ kind: 'END_OF_RECORD', sampleCount: 0 });
    await this.target.inject(Uint8Array.of(0, ...end));
    await this.expect('end', ({ sampleCount }) => sampleCount === 0);
  }

  /** @throws IsochroneError HIL_FORBIDDEN where the device said in this test what was not expected of it */
  refuseForbidden(expected: readonly RegExp[]): void {
    const forbidden = forbiddenIn(this.said, expected);
    if (forbidden === undefined) return;
    throw this.failure('HIL_FORBIDDEN', `it said "${forbidden.text}", which no test expects`);
  }

  pauseHost(ms: number): void {
    this.journal.note(`the host does nothing for ${ms} ms`);
    pauseHost(ms);
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.target.close();
  }

  /** An error that names the last thing seen. */
  failure(code: string, what: string): IsochroneError {
    return new IsochroneError(
      code,
      `${this.target.name}: ${what}; last seen: ${this.journal.last()}`,
      {
        hint: 'The serial log of the test has what came before.',
        where: { device: this.target.name },
      },
    );
  }

  async until<Value>(
    what: string,
    timeoutMs: number,
    look: () => Value | undefined,
  ): Promise<Value> {
    const limit = performance.now() + timeoutMs;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (performance.now() >= limit) {
        throw this.failure('HIL_TIMEOUT', `no ${what} within ${timeoutMs / 1000} s`);
      }
      await sleep(POLL_MS);
    }
  }

  private returned(): number {
    const last = this.run.findLast((event) => event.kind === 'samples' || event.kind === 'gap');
    if (last === undefined) return 0;
    const length = last.kind === 'gap' ? last.sampleCount : (last.microvolt[0]?.length ?? 0);
    return last.firstSampleIndex + length;
  }

  private hear(event: StreamEvent): void {
    if (event.kind === 'hello' && event.bootId !== this.bootId) {
      this.bootId = event.bootId;
      this.run = [];
      this.timed = [];
    }
    this.run.push(event);
    if (event.kind === 'log') this.said.push(event.text);
    this.journal.event(event);
  }

  private keepTrace(): void {
    const microvolt: number[] = [];
    for (const event of this.eventsOf('samples')) {
      for (const [i, value] of (event.microvolt[LEAD_II] ?? []).entries()) {
        const index = event.firstSampleIndex + i;
        if (index % TRACE_EVERY === 0 && index < TRACE_SECONDS * 500) {
          microvolt[index / TRACE_EVERY] = value;
        }
      }
    }
    this.records.trace = {
      firstSampleIndex: 0,
      rateHz: 500 / TRACE_EVERY,
      // A sample that never came is drawn as none.
      microvolt: Array.from(microvolt, (value: number | undefined) => value ?? null),
      beatSampleIndices: this.eventsOf('beat').map(({ sampleIndex }) => sampleIndex),
    };
  }
}
