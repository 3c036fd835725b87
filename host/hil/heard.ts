/** What a device has said: the events of the run that goes on, and over all its runs what a test asks for later. */
import type { DeviceMessage, HelloMessage } from '../protocol/messages.js';
import type { StreamEvent } from '../stream/events.js';
import type { TimedSample } from './rate.js';
import type { Trace } from './record.js';

export type EventOf<Kind extends StreamEvent['kind']> = Extract<StreamEvent, { kind: Kind }>;

const TRACE_SECONDS = 10;
const TRACE_EVERY = 5;
const LEAD_II = 1;

export class Heard {
  private run: StreamEvent[] = [];
  private timed: TimedSample[] = [];
  private said: string[] = [];
  private bootId: number | undefined;
  private introduced: HelloMessage | undefined;
  private readonly boards: string[] = [];

  event(event: StreamEvent): void {
    if (event.kind === 'hello' && event.bootId !== this.bootId) {
      this.bootId = event.bootId;
      this.run = [];
      this.timed = [];
    }
    this.run.push(event);
    if (event.kind === 'log') this.said.push(event.text);
  }

  message(message: DeviceMessage): void {
    if (message.kind === 'HELLO') {
      this.introduced = message;
      this.boards.push(message.boardName);
    } else if (message.kind === 'SAMPLES') {
      this.timed.push({ sampleIndex: message.firstSampleIndex, tick: message.deviceTick });
    }
  }

  /** Since the HELLO of the run that goes on, in order. */
  get events(): readonly StreamEvent[] {
    return this.run;
  }

  of<Kind extends StreamEvent['kind']>(kind: Kind): readonly EventOf<Kind>[] {
    return this.run.filter((event): event is EventOf<Kind> => event.kind === kind);
  }

  /** The board of every HELLO, over all runs. */
  get introductions(): readonly string[] {
    return this.boards;
  }

  /** When the samples of this run were taken, by the device's clock. */
  get sampleTimes(): readonly TimedSample[] {
    return this.timed;
  }

  get ticksPerSecond(): number {
    return this.introduced?.ticksPerSecond ?? NaN;
  }

  /** Lines of its log since forgetLog(). */
  get log(): readonly string[] {
    return this.said;
  }

  forgetLog(): void {
    this.said = [];
  }

  /** Index behind the last sample of which anything was told. */
  get nextSampleIndex(): number {
    const last = this.run.findLast((event) => event.kind === 'samples' || event.kind === 'gap');
    if (last === undefined) return 0;
    const length = last.kind === 'gap' ? last.sampleCount : (last.microvolt[0]?.length ?? 0);
    return last.firstSampleIndex + length;
  }

  /** Of one lead from a sample on, as far as they came without a gap. */
  lead(lead: number, firstSampleIndex: number): readonly number[] {
    const values: number[] = [];
    for (const event of this.of('samples')) {
      for (const [i, value] of (event.microvolt[lead] ?? []).entries()) {
        if (event.firstSampleIndex + i === firstSampleIndex + values.length) values.push(value);
      }
    }
    return values;
  }

  /** Ten seconds of lead II. */
  trace(): Trace {
    const microvolt: number[] = [];
    for (const event of this.of('samples')) {
      for (const [i, value] of (event.microvolt[LEAD_II] ?? []).entries()) {
        const index = event.firstSampleIndex + i;
        if (index % TRACE_EVERY === 0 && index < TRACE_SECONDS * 500) {
          microvolt[index / TRACE_EVERY] = value;
        }
      }
    }
    return {
      firstSampleIndex: 0,
      rateHz: 500 / TRACE_EVERY,
      // A sample that never came is drawn as none.
      microvolt: Array.from(microvolt, (value: number | undefined) => value ?? null),
      beatSampleIndices: this.of('beat').map(({ sampleIndex }) => sampleIndex),
    };
  }
}
