import type {
  ExplanationEvent,
  HelloEvent,
  LinkEvent,
  LinkStatisticsEvent,
  LogEvent,
  MarkEvent,
  MeasurementEvent,
  MedianBeatEvent,
  ResultEvent,
  SignalEvent,
  StatusEvent,
  StreamEvent,
  WithheldEvent,
} from '../../stream/events.js';
import { HeartRateMeter } from '../../stream/heart-rate.js';
import type { PageMessage } from '../messages.js';
import { LossWindow, RateMeter } from './meters.js';
import { TraceBuffer, type Traces } from './trace-buffer.js';

/** What can be reviewed: half an hour at 500 Hz. */
export const KEPT_SAMPLES = 30 * 60 * 500;
const BEATS_KEPT = 64;
/** Two for each beat of a dual-chamber pacemaker. */
const SPIKES_KEPT = 128;
const LOG_KEPT = 30;
const MARKS_KEPT = 200;

/** What the page knows; changed by messages only, drawn by the views. Times come from outside, in milliseconds. */
export class PageState {
  readonly loss = new LossWindow();
  readonly rate = new RateMeter();
  readonly heartRate = new HeartRateMeter();
  /** Sample index behind the last of a test signal: no beat before it is missed. */
  patientSince = 0;
  connected = false;
  hello: HelloEvent | undefined;
  link: LinkEvent | undefined;
  linkStatistics: LinkStatisticsEvent | undefined;
  status: StatusEvent | undefined;
  signal: SignalEvent | undefined;
  measurement: MeasurementEvent | undefined;
  /** The latest median beat that came whole, and its measurement. */
  medianBeat: MedianBeatEvent | undefined;
  medianMeasurement: MeasurementEvent | undefined;
  result: ResultEvent | undefined;
  /** The latest explanation, and the result that it explains. */
  explanation: ExplanationEvent | undefined;
  explainedResult: ResultEvent | undefined;
  /** Why the latest result has no explanation; undefined where it has, or where that is not known yet. */
  withheld: WithheldEvent | undefined;
  ended = false;
  lastSampleAtMs: number | undefined;
  readonly beats: number[] = [];
  readonly spikes: number[] = [];
  readonly log: LogEvent[] = [];
  readonly marks: MarkEvent[] = [];
  /** Lowest sample index that a sweep must draw again. */
  private dirtyFrom = Number.POSITIVE_INFINITY;
  readonly traces: Traces;
  /** Where samples go; a state of the past takes none. */
  private readonly buffer: TraceBuffer | undefined;

  constructor(traces: Traces = new TraceBuffer(KEPT_SAMPLES)) {
    this.traces = traces;
    this.buffer = traces instanceof TraceBuffer ? traces : undefined;
  }

  apply(message: PageMessage, nowMs: number): void {
    switch (message.kind) {
      case 'snapshot':
        // A page that comes back to the same run keeps what it has seen of it.
        if (this.hello === undefined || !message.events.some((event) => this.isSameRun(event))) {
          this.forget();
        }
        this.loss.clear();
        for (const event of message.events) this.apply(event, nowMs);
        this.rate.clear();
        this.lastSampleAtMs =
          message.lastSampleAgeMs === null ? undefined : nowMs - message.lastSampleAgeMs;
        break;
      case 'hello':
        if (this.hello !== undefined && this.hello.bootId !== message.bootId) this.forget();
        this.hello = message;
        break;
      case 'samples': {
        const count = message.microvolt[0]?.length ?? 0;
        if (message.firstSampleIndex < this.traces.first) {
          this.loss.clear();
          this.beats.length = this.spikes.length = 0;
        }
        this.buffer?.append(message.firstSampleIndex, message.microvolt);
        this.loss.received(message.firstSampleIndex, count);
        this.rate.add(count, nowMs);
        this.lastSampleAtMs = nowMs;
        this.ended = false;
        break;
      }
      case 'gap':
        this.missing(message.firstSampleIndex, message.sampleCount);
        this.loss.lost(message.firstSampleIndex, message.sampleCount);
        break;
      case 'skipped':
        this.missing(message.firstSampleIndex, message.sampleCount);
        break;
      case 'beat':
        // A snapshot tells again what is known.
        if (message.sampleIndex <= (this.beats.at(-1) ?? -1)) break;
        this.beats.push(message.sampleIndex);
        if (this.beats.length > BEATS_KEPT) this.beats.shift();
        this.heartRate.add(message.rrMs);
        this.dirtyFrom = Math.min(this.dirtyFrom, message.sampleIndex);
        break;
      case 'pacer':
        if (message.sampleIndex <= (this.spikes.at(-1) ?? -1)) break;
        this.spikes.push(message.sampleIndex);
        if (this.spikes.length > SPIKES_KEPT) this.spikes.shift();
        this.dirtyFrom = Math.min(this.dirtyFrom, message.sampleIndex);
        break;
      case 'signal':
        this.signal = message;
        if (message.testSignal === true) {
          this.heartRate.clear();
          this.patientSince = this.traces.end;
        }
        break;
      case 'measurement':
        this.measurement = message;
        break;
      case 'median-beat':
        this.medianBeat = message;
        this.medianMeasurement =
          this.measurement?.sampleIndex === message.sampleIndex ? this.measurement : undefined;
        break;
      case 'result':
        this.result = message;
        this.withheld = undefined;
        break;
      case 'withheld':
        if (message.unanswered !== undefined) {
          // An older answer must not stand for this window.
          this.result = this.explanation = this.explainedResult = undefined;
          this.withheld = message;
        } else if (this.result?.resultId === message.resultId) this.withheld = message;
        break;
      case 'explanation':
        this.explanation = message;
        this.explainedResult = this.result?.resultId === message.resultId ? this.result : undefined;
        break;
      case 'status':
        this.status = message;
        break;
      case 'link':
        this.link = message;
        break;
      case 'link-statistics':
        this.linkStatistics = message;
        break;
      case 'log':
        this.say(message);
        break;
      case 'mark':
        if (this.marks.some((mark) => mark.sampleIndex === message.sampleIndex)) break;
        this.marks.push(message);
        if (this.marks.length > MARKS_KEPT) this.marks.shift();
        this.dirtyFrom = Math.min(this.dirtyFrom, message.sampleIndex);
        this.say({ kind: 'log', level: 'info', text: `mark: ${message.text}` });
        break;
      case 'end':
        this.ended = true;
        break;
    }
  }

  sampleAgeMs(nowMs: number): number | undefined {
    return this.lastSampleAtMs === undefined ? undefined : nowMs - this.lastSampleAtMs;
  }

  /** The lowest sample index to draw again since the last call; Infinity when none. */
  takeDirtyFrom(): number {
    const from = this.dirtyFrom;
    this.dirtyFrom = Number.POSITIVE_INFINITY;
    return from;
  }

  private say(line: LogEvent): void {
    this.log.push(line);
    if (this.log.length > LOG_KEPT) this.log.shift();
  }

  private isSameRun(event: StreamEvent): boolean {
    return event.kind === 'hello' && event.bootId === this.hello?.bootId;
  }

  private missing(firstSampleIndex: number, sampleCount: number): void {
    this.buffer?.markMissing(firstSampleIndex, sampleCount);
    this.dirtyFrom = Math.min(this.dirtyFrom, firstSampleIndex);
  }

  private forget(): void {
    this.buffer?.clear();
    this.loss.clear();
    this.rate.clear();
    this.hello = this.link = this.linkStatistics = this.status = undefined;
    this.result = this.explanation = this.explainedResult = this.withheld = undefined;
    this.signal = this.measurement = this.medianBeat = this.medianMeasurement = undefined;
    this.ended = false;
    this.lastSampleAtMs = undefined;
    this.beats.length = this.spikes.length = this.marks.length = 0;
    this.heartRate.clear();
    this.patientSince = 0;
    this.dirtyFrom = 0;
  }
}
