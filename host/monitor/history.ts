import type { StreamEvent } from '../stream/events.js';

/** What the page's sweep can show at once, and what a new client gets: 10 s at 500 Hz. */
export const HISTORY_SAMPLES = 5000;
/**
 * Entries kept at most, whatever the sample indices claim. 10 s in 10-sample frames are 500 entries; the rest is room
 * for beats and gaps.
 */
export const HISTORY_ENTRIES = 1500;

interface TimedEntry {
  readonly endSampleIndex: number;
  readonly json: string;
}

/**
 * The recent past of one stream in bounded memory: the last of each state event, the last explained result, and the
 * last 10 s of samples, gaps, beats, pacemaker spikes and marks. Holds encoded JSON, so that a snapshot is a join.
 */
export class StreamHistory {
  private bootId: number | undefined;
  private hello: string | undefined;
  private link: string | undefined;
  private linkStatistics: string | undefined;
  private status: string | undefined;
  private signal: string | undefined;
  private measurement: string | undefined;
  private medianBeat: string | undefined;
  private end: string | undefined;
  private explained: { readonly result: string; readonly explanation: string } | undefined;
  private latestResult: { readonly resultId: number; readonly json: string } | undefined;
  private withheld: { readonly resultId: number; readonly json: string } | undefined;
  private timed: TimedEntry[] = [];
  private newestSampleIndex = 0;
  private lastSampleAtMs: number | undefined;

  /** Remembers `event`, whose JSON is `json`; `nowMs` is any steady clock. */
  record(event: StreamEvent, json: string, nowMs: number): void {
    switch (event.kind) {
      case 'hello':
        if (this.bootId !== undefined && this.bootId !== event.bootId) this.forgetRun();
        this.bootId = event.bootId;
        this.hello = json;
        break;
      case 'link':
        this.link = json;
        break;
      case 'link-statistics':
        this.linkStatistics = json;
        break;
      case 'status':
        this.status = json;
        break;
      case 'signal':
        this.signal = json;
        break;
      case 'measurement':
        this.measurement = json;
        break;
      case 'median-beat':
        this.medianBeat = json;
        break;
      case 'end':
        this.end = json;
        break;
      case 'result':
        this.latestResult = { resultId: event.resultId, json };
        break;
      case 'explanation':
        if (this.latestResult?.resultId === event.resultId) {
          this.explained = { result: this.latestResult.json, explanation: json };
        }
        break;
      case 'withheld':
        this.withheld = { resultId: event.resultId, json };
        if (event.unanswered !== undefined) this.latestResult = this.explained = undefined;
        break;
      case 'samples':
        this.lastSampleAtMs = nowMs;
        this.end = undefined;
        this.remember(event.firstSampleIndex + (event.microvolt[0]?.length ?? 0), json);
        break;
      case 'gap':
        this.remember(event.firstSampleIndex + event.sampleCount, json);
        break;
      case 'beat':
      case 'pacer':
      case 'mark':
        this.remember(event.sampleIndex, json, true);
        break;
      case 'log':
        break;
    }
  }

  /** The `snapshot` message as JSON. */
  snapshot(nowMs: number): string {
    const states = [this.hello, this.link, this.linkStatistics, this.status, this.signal];
    states.push(this.measurement, this.medianBeat);
    const results = [this.explained?.result, this.explained?.explanation];
    if (this.latestResult === undefined) {
      // The newest window has no answer.
      results.push(this.withheld?.json);
    } else if (this.latestResult.json !== this.explained?.result) {
      results.push(this.latestResult.json);
      if (this.withheld?.resultId === this.latestResult.resultId) results.push(this.withheld.json);
    }
    const events = [...states, ...this.timed.map((entry) => entry.json), ...results, this.end];
    const ageMs =
      this.lastSampleAtMs === undefined ? 'null' : String(Math.max(0, nowMs - this.lastSampleAtMs));
    const list = events.filter((json) => json !== undefined).join(',');
    return `{"kind":"snapshot","events":[${list}],"lastSampleAgeMs":${ageMs}}`;
  }

  private remember(endSampleIndex: number, json: string, isLater = false): void {
    if (endSampleIndex < this.newestSampleIndex - HISTORY_SAMPLES) {
      // A mark of a moment long gone is out of reach, and says nothing of the axis.
      if (isLater) return;
      // A restarted device counts from 0 again; what came before is on another axis.
      this.timed = [];
    }
    this.newestSampleIndex =
      this.timed.length === 0 ? endSampleIndex : Math.max(this.newestSampleIndex, endSampleIndex);
    this.timed.push({ endSampleIndex, json });
    const oldest = this.newestSampleIndex - HISTORY_SAMPLES;
    let drop = Math.max(0, this.timed.length - HISTORY_ENTRIES);
    while (drop < this.timed.length && (this.timed[drop]?.endSampleIndex ?? oldest) < oldest) {
      drop += 1;
    }
    if (drop > 0) this.timed.splice(0, drop);
  }

  private forgetRun(): void {
    this.timed = [];
    this.newestSampleIndex = 0;
    this.latestResult = undefined;
    this.explained = undefined;
    this.withheld = undefined;
    this.status = undefined;
    this.signal = this.measurement = this.medianBeat = undefined;
    this.end = undefined;
    this.lastSampleAtMs = undefined;
  }
}
