/**
 * The device of a test: driven by its rig, heard over the link that the product uses, with a time-out for each wait and the last
 * thing seen in each error.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { SEGMENT_NAMES } from '../cineecg/geometry.js';
import type { HostMessage } from '../protocol/messages.js';
import type { Askable } from '../serial/ask.js';
import { connectDevice, type DeviceConnection } from '../serial/device-connection.js';
import { DeviceCommands } from '../serial/device-commands.js';
import type { HelloEvent, ResultEvent, StreamEvent } from '../stream/events.js';
import { forbiddenIn } from './forbidden.js';
import { BenchLine, pauseHost } from './host-faults.js';
import { Heard, type EventOf } from './heard.js';
import { Injection, type InjectRequest } from './injection.js';
import type { Journal } from './journal.js';
import { sampleRate } from './rate.js';
import type { SampleBooks } from './record.js';
import { noFixture } from './rig.js';
import { uartSource, voltageSource, type SignalSource } from './signal-source.js';
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
  /** Half a minute on an idle machine; each exchange of times is as good as the machines are fast. */
  readonly clockMs: number;
}

const DEFAULT_TIMING: DeviceTiming = {
  helloMs: 60_000,
  answerMs: 4000,
  endMs: 60_000,
  silentMs: 4000,
  clockMs: 240_000,
};
/** A lost port is looked for again as often as this. */
const BACK_OFF = { firstMs: 100, mostMs: 500 };
/** An emulator under load is silent for longer than a board ever is. */
const LINK_TIMING = { staleAfterMs: 5000, lostAfterStaleMs: 15_000, helloTimeoutMs: 60_000 };
const POLL_MS = 10;
/** Half of what a rate of 500 ± 0.1 Hz may be off: two bursts of exchanges half a minute apart know it that well. */
const MOST_DRIFT_BOUND_PPM = 100;

export interface DeviceOptions {
  readonly target: Target;
  readonly journal: Journal;
  readonly timing?: Partial<DeviceTiming>;
}

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
  readonly injection: Injection;
  private readonly heard = new Heard();
  private stoppedByOperator = false;
  private book: TestBook | undefined;

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
    this.connection.on((event) => {
      this.heard.event(event);
      journal.event(event);
    });
    this.connection.onMessage((message) => this.heard.message(message));
    this.injection = new Injection({
      target,
      journal,
      heard: this.heard,
      ended: (count) => this.expect('end', ({ sampleCount }) => sampleCount === count),
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
    return this.heard.events;
  }

  eventsOf<Kind extends StreamEvent['kind']>(kind: Kind): readonly EventOf<Kind>[] {
    return this.heard.of(kind);
  }

  /** Index behind the last sample of which anything was told in this run. */
  get nextSampleIndex(): number {
    return this.heard.nextSampleIndex;
  }

  /** Samples of one lead in this run, as far as they came without a gap. */
  lead(index: number, firstSampleIndex: number, count: number): readonly number[] {
    return this.heard.lead(index, firstSampleIndex).slice(0, count);
  }

  /** A line of its log in this run. @throws IsochroneError HIL_TIMEOUT */
  async saying(words: RegExp): Promise<void> {
    const said = (): true | undefined =>
      this.eventsOf('log').some(({ text }) => words.test(text)) ? true : undefined;
    await this.until(`line of its log with ${words.source}`, this.timing.answerMs, said);
  }

  /** The board of every HELLO, over all runs. */
  get introductions(): readonly string[] {
    return [...this.heard.introductions];
  }

  /**
   * What is measured and injected from now on belongs to this test.
   * @throws IsochroneError HIL_STOPPED
   */
  begin(book: TestBook): void {
    if (this.stoppedByOperator)
      throw this.failure('HIL_STOPPED', 'the operator has stopped the run');
    this.book = book;
    this.heard.forgetLog();
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

  /** What it is shown a signal by. @param speed multiple of real time, where the source has a choice */
  source(speed: number): SignalSource {
    const { rig, fixtures } = this.target;
    if (fixtures.has('inject')) return uartSource(this.injection, speed);
    if (rig.voltages !== undefined) return voltageSource(rig.voltages, this.journal);
    throw noFixture(this.target.name, 'signal');
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
    const before = this.heard.introductions.length;
    await sleep(this.timing.silentMs);
    if (this.heard.introductions.length !== before) {
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
    const rate = sampleRate(this.heard.sampleTimes, this.heard.ticksPerSecond);
    this.records.measure('sample rate', rate, 'Hz', {
      least: hz - toleranceHz,
      most: hz + toleranceHz,
    });
  }

  /** Until this host knows the device's clock as well as expectRateByHost() wants it. @throws IsochroneError HIL_TIMEOUT */
  async clockKnown(): Promise<void> {
    const known = (): true | undefined => {
      const { driftBoundPpm = NaN } = this.connection.statistics().clock ?? {};
      return driftBoundPpm <= MOST_DRIFT_BOUND_PPM ? true : undefined;
    };
    await this.until('clock known within 100 ppm', this.timing.clockMs, known);
  }

  /** The same by this host's clock, the device's own being as far off as the exchanges of times say. */
  expectRateByHost(hz: number, toleranceHz: number): void {
    const { driftPpm = NaN, driftBoundPpm = NaN } = this.connection.statistics().clock ?? {};
    const rate = sampleRate(this.heard.sampleTimes, this.heard.ticksPerSecond);
    this.records.measure('bound of the drift', driftBoundPpm, 'ppm', {
      most: MOST_DRIFT_BOUND_PPM,
    });
    const unsure = (hz * driftBoundPpm) / 1e6;
    this.records.measure('sample rate by the host', rate * (1 + driftPpm / 1e6), 'Hz', {
      least: hz - toleranceHz - unsure,
      most: hz + toleranceHz + unsure,
    });
  }

  /**
   * Plays a record into a run that has none yet, and waits until the device has answered for all of it.
   * @throws IsochroneError HIL_NO_FIXTURE, HIL_TIMEOUT, HIL_LIMIT where a sample is unaccounted for or altered
   */
  inject(request: InjectRequest): Promise<SampleBooks> {
    return this.injection.toEnd(request, this.records);
  }

  /** @throws IsochroneError HIL_FORBIDDEN where the device said in this test what was not expected of it */
  refuseForbidden(expected: readonly RegExp[]): void {
    const forbidden = forbiddenIn(this.heard.log, expected);
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
}
