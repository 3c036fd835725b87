/** What a ward knows of its beds, from what their hosts publish (docs/ward.md). Times come from outside, in milliseconds. */
import { topSegments } from '../monitor/explanation-words.js';
import { judgeHeart } from '../monitor/page/physiological.js';
import { signalWarnings, withheldWords } from '../monitor/signal-words.js';
import { HeartRateMeter } from '../stream/heart-rate.js';
import type { HelloEvent, ResultEvent, SignalEvent, StreamEvent } from '../stream/events.js';
import type { BedAlarm, BedSummary } from './messages.js';

/** What a bed's host retains in `status`, for who comes later. */
export interface BedLink {
  readonly state: string;
  readonly detail: string;
  /** Where its page is. */
  readonly page?: string;
}

/** A device tells its status at least once a second. */
const SILENT_MS = 5000;

class Bed {
  link: BedLink = { state: 'unknown', detail: '' };
  hello: HelloEvent | undefined;
  signal: SignalEvent | undefined;
  result: ResultEvent | undefined;
  /** Where the evidence of the newest result points, or why nothing says so. */
  place = '';
  heardAtMs: number | undefined;
  private readonly rate = new HeartRateMeter();
  private firstSample = 0;
  private newestSample = 0;
  private lastBeat: number | undefined;
  private ended = false;

  apply(event: StreamEvent, nowMs: number): void {
    this.heardAtMs = nowMs;
    switch (event.kind) {
      case 'hello':
        if (this.hello?.bootId !== event.bootId) this.forget();
        this.hello = event;
        break;
      case 'status':
        this.newestSample = Math.max(this.newestSample, event.samplesReceived);
        break;
      case 'signal':
        this.signal = event;
        this.newestSample = Math.max(this.newestSample, event.sampleIndex);
        if (event.testSignal === true) {
          this.rate.clear();
          // No beat before the end of it is missed.
          this.firstSample = this.newestSample;
        }
        break;
      case 'beat':
        this.lastBeat = event.sampleIndex;
        this.newestSample = Math.max(this.newestSample, event.sampleIndex);
        this.rate.add(event.rrMs);
        break;
      case 'gap':
        // A beat inside it would not have been seen.
        this.firstSample = event.firstSampleIndex + event.sampleCount;
        break;
      case 'result':
        this.result = event;
        this.place = '';
        break;
      case 'explanation':
        this.place = topSegments(event, 1)[0]?.name ?? '';
        break;
      case 'withheld':
        this.place = withheldWords(event);
        // An older answer must not stand for this window.
        if (event.unanswered !== undefined) this.result = undefined;
        break;
      case 'end':
        this.ended = true;
        break;
      default:
        break;
    }
  }

  summary(name: string, nowMs: number): BedSummary {
    const live = this.isLive(nowMs);
    const { result } = this;
    return {
      bed: name,
      state: this.link.state,
      board: this.hello?.boardName ?? '',
      live,
      ratePerMin: live ? (this.rate.bpm() ?? null) : null,
      className: result?.classNames[result.winner] ?? '',
      probability: result?.probabilities[result.winner] ?? null,
      place: this.place,
      alarms: this.alarms(live),
      silentMs: this.heardAtMs === undefined ? null : nowMs - this.heardAtMs,
      ...(this.link.page === undefined ? {} : { page: this.link.page }),
    };
  }

  private isLive(nowMs: number): boolean {
    return (
      this.link.state === 'streaming' &&
      !this.ended &&
      this.heardAtMs !== undefined &&
      nowMs - this.heardAtMs < SILENT_MS
    );
  }

  private alarms(live: boolean): BedAlarm[] {
    // Whoever closed a bed's host meant to.
    if (this.ended || this.link.state === 'closed' || this.link.state === 'unknown') return [];
    if (!live) {
      const detail = this.link.state === 'streaming' ? 'nothing comes' : this.link.state;
      return [{ about: 'technical', priority: 'medium', text: `No live signal: ${detail}` }];
    }
    const warnings = this.signal === undefined ? [] : signalWarnings(this.signal);
    const heart = judgeHeart({
      live,
      readable: this.signal === undefined ? undefined : warnings.length === 0,
      endSample: this.newestSample,
      firstSample: this.firstSample,
      lastBeatSample: this.lastBeat,
      ratePerMin: this.rate.bpm(),
    });
    return [
      ...(heart === undefined ? [] : [{ about: 'heart' as const, ...heart }]),
      ...(warnings.length === 0
        ? []
        : [{ about: 'technical' as const, priority: 'low' as const, text: warnings.join('. ') }]),
    ];
  }

  private forget(): void {
    this.signal = this.result = undefined;
    this.place = '';
    this.lastBeat = undefined;
    this.newestSample = this.firstSample = 0;
    this.rate.clear();
    this.ended = false;
  }
}

const PRIORITIES = ['high', 'medium', 'low'] as const;

export class Ward {
  private readonly beds = new Map<string, Bed>();

  /** @param kind the last part of the topic */
  take(bed: string, kind: string, message: unknown, nowMs: number): void {
    const known = this.beds.get(bed) ?? new Bed();
    this.beds.set(bed, known);
    if (kind === 'status' && isBedLink(message)) known.link = message;
    else if (isEvent(message, kind)) known.apply(message, nowMs);
  }

  /** The most urgent first, then by name. */
  summaries(nowMs: number): BedSummary[] {
    const urgency = ({ alarms }: BedSummary): number => {
      const ranks = alarms.map(({ priority }) => PRIORITIES.indexOf(priority));
      return Math.min(PRIORITIES.length, ...ranks);
    };
    return [...this.beds]
      .map(([name, bed]) => bed.summary(name, nowMs))
      .sort(
        (a, b) =>
          urgency(a) - urgency(b) || a.bed.localeCompare(b.bed, undefined, { numeric: true }),
      );
  }
}

function isBedLink(message: unknown): message is BedLink {
  const { state, detail } = (message ?? {}) as { state?: unknown; detail?: unknown };
  return typeof state === 'string' && typeof detail === 'string';
}

function isEvent(message: unknown, kind: string): message is StreamEvent {
  return ((message ?? {}) as { kind?: unknown }).kind === kind;
}
