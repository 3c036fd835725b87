import {
  INDEPENDENT_LEADS,
  type ExplanationEvent,
  type HelloEvent,
  type LinkEvent,
  type MeasurementEvent,
  type ResultEvent,
  type SignalEvent,
  type StatusEvent,
  type StreamEvent,
  type WithheldEvent,
} from '../../stream/events.js';
import { HeartRateMeter } from '../../stream/heart-rate.js';

/** What the dashboard shows of the past: 5 s at 500 Hz. */
export const TRACE_SAMPLES = 2500;
const SAMPLE_RATE_HZ = 500;
const SPEED_SPAN_MS = 5000;
/** Without samples for this long the link is not shown as live; the page uses the same figure. */
const STALE_MS = 2000;

/** The state behind the terminal view; changed by events, read by formatting. Times come from outside. */
export class Vitals {
  hello: HelloEvent | undefined;
  link: LinkEvent | undefined;
  status: StatusEvent | undefined;
  signal: SignalEvent | undefined;
  measurement: MeasurementEvent | undefined;
  spikeCount = 0;
  result: ResultEvent | undefined;
  /** Why the latest result has no explanation. */
  withheld: WithheldEvent | undefined;
  explanation: ExplanationEvent | undefined;
  explainedResult: ResultEvent | undefined;
  ended = false;
  beatCount = 0;
  received = 0;
  lost = 0;
  /** One past the newest sample. */
  endSampleIndex = 0;
  readonly heartRate = new HeartRateMeter();
  private readonly arrivals: { atMs: number; endSampleIndex: number }[] = [];
  private readonly traces = INDEPENDENT_LEADS.map(() =>
    new Float32Array(TRACE_SAMPLES).fill(Number.NaN),
  );

  apply(event: StreamEvent, nowMs: number): void {
    switch (event.kind) {
      case 'hello':
        if (this.hello !== undefined && this.hello.bootId !== event.bootId) this.restart();
        this.hello = event;
        break;
      case 'link':
        this.link = event;
        break;
      case 'status':
        this.status = event;
        break;
      case 'samples': {
        const count = event.microvolt[0]?.length ?? 0;
        this.skipTo(event.firstSampleIndex);
        event.microvolt.forEach((lead, l) => {
          lead.forEach((value, i) => {
            const trace = this.traces[l];
            if (trace !== undefined) trace[(event.firstSampleIndex + i) % TRACE_SAMPLES] = value;
          });
        });
        this.endSampleIndex = Math.max(this.endSampleIndex, event.firstSampleIndex + count);
        this.received += count;
        this.arrivals.push({ atMs: nowMs, endSampleIndex: this.endSampleIndex });
        while ((this.arrivals[0]?.atMs ?? nowMs) < nowMs - SPEED_SPAN_MS) this.arrivals.shift();
        this.ended = false;
        break;
      }
      case 'gap':
        this.skipTo(event.firstSampleIndex + event.sampleCount);
        this.lost += event.sampleCount;
        break;
      case 'beat':
        this.beatCount += 1;
        this.heartRate.add(event.rrMs);
        break;
      case 'pacer':
        this.spikeCount += 1;
        break;
      case 'signal':
        this.signal = event;
        if (event.testSignal === true) this.heartRate.clear();
        break;
      case 'measurement':
        this.measurement = event;
        break;
      case 'result':
        this.result = event;
        this.withheld = undefined;
        break;
      case 'withheld':
        if (event.unanswered !== undefined) {
          // An older answer must not stand for this window.
          this.result = this.explanation = this.explainedResult = undefined;
          this.withheld = event;
        } else if (this.result?.resultId === event.resultId) this.withheld = event;
        break;
      case 'explanation':
        this.explanation = event;
        this.explainedResult = this.result?.resultId === event.resultId ? this.result : undefined;
        break;
      case 'end':
        this.ended = true;
        break;
      case 'median-beat':
      case 'link-statistics':
      case 'log':
      case 'mark':
        break;
    }
  }

  /** Device seconds per second of the host, over the last seconds; undefined before a second of them. */
  speed(nowMs: number): number | undefined {
    const [oldest] = this.arrivals;
    if (oldest === undefined || nowMs - oldest.atMs < 1000) return undefined;
    const sampleCount = this.endSampleIndex - oldest.endSampleIndex;
    return (1000 * sampleCount) / SAMPLE_RATE_HZ / (nowMs - oldest.atMs);
  }

  sampleAgeMs(nowMs: number): number | undefined {
    const newest = this.arrivals.at(-1);
    return newest === undefined ? undefined : nowMs - newest.atMs;
  }

  isLive(nowMs: number): boolean {
    const ageMs = this.sampleAgeMs(nowMs);
    return ageMs !== undefined && ageMs <= STALE_MS && !this.ended;
  }

  /** The newest TRACE_SAMPLES of one of the eight leads, oldest first, microvolt; NaN where none came. */
  trace(lead: number): number[] {
    const trace = this.traces[lead];
    return Array.from({ length: TRACE_SAMPLES }, (_unused, i) => {
      const index = this.endSampleIndex - TRACE_SAMPLES + i;
      return index < 0 ? Number.NaN : (trace?.[index % TRACE_SAMPLES] ?? Number.NaN);
    });
  }

  private skipTo(sampleIndex: number): void {
    // A device that restarts counts from 0 again.
    if (sampleIndex < this.endSampleIndex - TRACE_SAMPLES) this.restart();
    const from = Math.max(this.endSampleIndex, sampleIndex - TRACE_SAMPLES);
    for (let i = from; i < sampleIndex; i += 1) {
      for (const trace of this.traces) trace[i % TRACE_SAMPLES] = Number.NaN;
    }
    this.endSampleIndex = Math.max(this.endSampleIndex, sampleIndex);
  }

  private restart(): void {
    for (const trace of this.traces) trace.fill(Number.NaN);
    this.endSampleIndex = this.received = this.lost = 0;
    this.beatCount = this.spikeCount = 0;
    this.arrivals.length = 0;
    this.heartRate.clear();
    this.result = this.explanation = this.explainedResult = this.withheld = undefined;
    this.status = this.signal = this.measurement = undefined;
    this.ended = false;
  }
}
