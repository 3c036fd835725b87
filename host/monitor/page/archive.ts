import type { StreamEvent } from '../../stream/events.js';
import { PageState } from './state.js';
import type { TraceBuffer } from './trace-buffer.js';

/** Kinds that say what the screen showed at a moment; samples lie in the trace buffer. */
const KEPT_KINDS = new Set<StreamEvent['kind']>([
  'beat',
  'pacer',
  'signal',
  'measurement',
  'median-beat',
  'result',
  'withheld',
  'explanation',
]);
/** A device that tells more than this in half an hour (22 a second) is cut at the old end. */
const MOST_ENTRIES = 40_000;

interface Entry {
  /** Where the newest sample stood when this came. */
  readonly atSample: number;
  readonly event: StreamEvent;
}

/** Two events of one identity are one event; undefined: a state, which may come again and again. */
function identityOf(event: StreamEvent): string | undefined {
  switch (event.kind) {
    case 'beat':
    case 'pacer':
    case 'measurement':
    case 'median-beat':
      return `${event.kind} ${event.sampleIndex}`;
    case 'result':
    case 'withheld':
      return `${event.kind} ${event.resultId}`;
    case 'explanation':
      return `${event.kind} ${event.resultId} ${event.classIndex} ${event.method}`;
    default:
      return undefined;
  }
}

/** What came within the reach of the trace buffer, so that the screen of any moment in it can be drawn again. */
export class Archive {
  private entries: Entry[] = [];
  /** What the entries are about: the snapshot of a connection that came back tells some again. */
  private known = new Set<string>();

  constructor(private readonly traces: TraceBuffer) {}

  note(event: StreamEvent): void {
    if (!KEPT_KINDS.has(event.kind)) return;
    // Another run has another sample axis.
    if ((this.entries.at(-1)?.atSample ?? 0) > this.traces.end) {
      this.entries = [];
      this.known.clear();
    }
    const identity = identityOf(event);
    if (identity !== undefined && this.known.has(identity)) return;
    if (identity !== undefined) this.known.add(identity);
    this.entries.push({ atSample: this.traces.end, event });
    if (this.entries.length > MOST_ENTRIES || this.outOfReach() > this.entries.length / 8) {
      const gone = Math.max(this.outOfReach(), this.entries.length - MOST_ENTRIES);
      for (const entry of this.entries.splice(0, gone)) {
        this.known.delete(identityOf(entry.event) ?? '');
      }
    }
  }

  /** The screen when `sampleIndex` was the newest sample. */
  stateAt(sampleIndex: number): PageState {
    const state = new PageState(this.traces.until(sampleIndex));
    for (const { atSample, event } of this.entries) {
      if (atSample > sampleIndex) break;
      state.apply(event, 0);
    }
    return state;
  }

  /** Every beat from `first` on and before `end`, by its sample; a PageState keeps the newest alone. */
  beatSamples(first: number, end: number): number[] {
    return this.entries.flatMap(({ event }) =>
      event.kind === 'beat' && event.sampleIndex >= first && event.sampleIndex < end
        ? [event.sampleIndex]
        : [],
    );
  }

  /** When each result that is still in reach came, in the order of time. */
  resultSamples(): number[] {
    return this.entries
      .filter(({ event }) => event.kind === 'explanation' || event.kind === 'withheld')
      .map(({ atSample }) => atSample);
  }

  private outOfReach(): number {
    const { first } = this.traces;
    const kept = this.entries.findIndex(({ atSample }) => atSample >= first);
    return kept === -1 ? this.entries.length : kept;
  }
}
