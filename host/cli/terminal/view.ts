import { signalWarnings, withheldWords } from '../../monitor/signal-words.js';
import type {
  ExplanationEvent,
  ResultEvent,
  SignalEvent,
  StreamEvent,
  WithheldEvent,
} from '../../stream/events.js';
import { COLOR_STYLE, dashboardLines, PLAIN_STYLE } from './dashboard.js';
import {
  beatsLine,
  explainedBlock,
  helloLine,
  intervalsLine,
  resultLine,
  STATEMENT,
  windowText,
} from './format.js';
import { Vitals } from './vitals.js';

export interface TerminalViewOptions {
  readonly stream: NodeJS.WriteStream;
  /** Width where the stream does not know its own. */
  readonly columns: number;
  readonly isTTY: boolean;
  /** Steady clock in milliseconds; a test gives its own. */
  readonly nowMs?: () => number;
}

export interface TerminalView {
  publish(event: StreamEvent): void;
  /** Prints what is still owed and restores the cursor; idempotent. */
  close(): void;
}

/** Four redraws a second: quick enough for a trace, light on a remote shell. */
const REDRAW_MS = 250;
/** Off a terminal, a line about beats at most this often. */
const BEATS_LINE_MS = 5000;
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const ERASE_TO_END = '\u001b[J';
const ERASE_LINE = '\u001b[2K';

/** Live view: a dashboard redrawn in place on a terminal, plain lines elsewhere. */
export function createTerminalView(options: TerminalViewOptions): TerminalView {
  return options.isTTY ? new DashboardView(options) : new PlainView(options);
}

const steadyNow = (): number => performance.now();

/** Results that wait for their explanation; a newer result releases an older one without it. */
class ResultLines {
  private waiting: ResultEvent | undefined;

  result(event: ResultEvent): string[] {
    const released = this.release();
    this.waiting = event;
    return released;
  }

  explanation(event: ExplanationEvent): string[] {
    const result = this.waiting?.resultId === event.resultId ? this.waiting : undefined;
    if (result !== undefined) this.waiting = undefined;
    return explainedBlock(result, event);
  }

  withheld(event: WithheldEvent): string[] {
    if (event.unanswered !== undefined) {
      return [
        ...this.release(),
        `result ${event.resultId}  ${windowText(event.unanswered)}  ${withheldWords(event)}`,
      ];
    }
    const why = `  (${withheldWords(event)})`;
    return this.waiting?.resultId === event.resultId ? this.release(why) : [];
  }

  release(why = '  (not explained)'): string[] {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting === undefined ? [] : [`${resultLine(waiting)}${why}`];
  }
}

/** Lines for what has come to speak against the signal, or ceased to, since the last event. */
class SignalLines {
  private told: readonly string[] = [];

  signal(event: SignalEvent): string[] {
    const now = signalWarnings(event);
    const gone = this.told.filter((line) => !now.includes(line));
    const come = now.filter((line) => !this.told.includes(line));
    this.told = now;
    return [...come.map((line) => `signal ${line}`), ...gone.map((line) => `signal over: ${line}`)];
  }
}

class PlainView implements TerminalView {
  private readonly vitals = new Vitals();
  private readonly results = new ResultLines();
  private readonly signals = new SignalLines();
  private readonly nowMs: () => number;
  private beatsTold = 0;
  private beatsToldAtMs: number | undefined;
  private shownHello = '';
  private shownLink = '';
  private closed = false;

  constructor(private readonly options: TerminalViewOptions) {
    this.nowMs = options.nowMs ?? steadyNow;
    this.print([`Isochrone: ${STATEMENT}`]);
  }

  publish(event: StreamEvent): void {
    if (this.closed) return;
    this.vitals.apply(event, this.nowMs());
    this.print(this.linesOf(event));
  }

  close(): void {
    if (this.closed) return;
    this.print(this.results.release());
    this.closed = true;
  }

  private linesOf(event: StreamEvent): string[] {
    switch (event.kind) {
      case 'hello': {
        const line = helloLine(event);
        if (line === this.shownHello) return [];
        this.shownHello = line;
        return [line];
      }
      case 'link': {
        const line = `link ${event.state}${event.detail === '' ? '' : `: ${event.detail}`}`;
        if (line === this.shownLink) return [];
        this.shownLink = line;
        return [line];
      }
      case 'gap': {
        const first = event.firstSampleIndex;
        return [`gap  ${event.sampleCount} samples from ${first} lost (${event.cause})`];
      }
      case 'beat':
        return this.beatLines(event.sampleIndex);
      case 'result':
        return this.results.result(event);
      case 'explanation':
        return this.results.explanation(event);
      case 'withheld':
        return this.results.withheld(event);
      case 'signal':
        return this.signals.signal(event);
      case 'log':
        return [`${event.level}: ${event.text}`];
      case 'mark':
        return [`mark ${event.sampleIndex}  ${event.text}`];
      case 'end':
        return [...this.results.release(), `end  ${event.sampleCount} samples`];
      case 'samples':
      case 'status':
      case 'pacer':
      case 'measurement':
      case 'median-beat':
      case 'link-statistics':
        return [];
    }
  }

  private beatLines(sampleIndex: number): string[] {
    const now = this.nowMs();
    const { beatCount } = this.vitals;
    if (beatCount <= this.beatsTold) this.beatsTold = 0;
    if (this.beatsToldAtMs !== undefined && now - this.beatsToldAtMs < BEATS_LINE_MS) return [];
    this.beatsToldAtMs = now;
    const first = this.beatsTold + 1;
    this.beatsTold = beatCount;
    const { measurement } = this.vitals;
    return [
      beatsLine(first, beatCount, sampleIndex, this.vitals.heartRate.bpm()),
      ...(measurement === undefined ? [] : [`  ${intervalsLine(measurement)}`]),
    ];
  }

  private print(lines: readonly string[]): void {
    for (const line of lines) this.options.stream.write(`${line}\n`);
  }
}

class DashboardView implements TerminalView {
  private readonly vitals = new Vitals();
  private readonly results = new ResultLines();
  private readonly signals = new SignalLines();
  private readonly nowMs: () => number;
  private readonly timer: NodeJS.Timeout;
  private readonly restoreCursor = (): void => {
    this.options.stream.write(SHOW_CURSOR);
  };
  private readonly resized = (): void => {
    // Lines may have wrapped: what was drawn cannot be found again, so the next drawing starts below it.
    this.drawnLines = 0;
  };
  private drawnLines = 0;
  private closed = false;

  constructor(private readonly options: TerminalViewOptions) {
    this.nowMs = options.nowMs ?? steadyNow;
    options.stream.write(HIDE_CURSOR);
    process.once('exit', this.restoreCursor);
    options.stream.on('resize', this.resized);
    this.timer = setInterval(() => {
      this.draw([]);
    }, REDRAW_MS);
    this.timer.unref();
  }

  publish(event: StreamEvent): void {
    if (this.closed) return;
    this.vitals.apply(event, this.nowMs());
    const lines = this.lastingLines(event);
    if (lines.length > 0) this.draw(lines);
  }

  close(): void {
    if (this.closed) return;
    clearInterval(this.timer);
    this.draw(this.results.release());
    this.closed = true;
    this.options.stream.off('resize', this.resized);
    process.off('exit', this.restoreCursor);
    this.restoreCursor();
  }

  /** Lines that stay, above the dashboard. */
  private lastingLines(event: StreamEvent): string[] {
    if (event.kind === 'result') return this.results.result(event);
    if (event.kind === 'explanation') return this.results.explanation(event);
    if (event.kind === 'withheld') return this.results.withheld(event);
    if (event.kind === 'signal') return this.signals.signal(event);
    if (event.kind === 'log') return [`${event.level}: ${event.text}`];
    if (event.kind === 'link' && (event.state === 'lost' || event.state === 'stale')) {
      return [`link ${event.state}: ${event.detail}`];
    }
    return [];
  }

  private draw(lasting: readonly string[]): void {
    const { stream } = this.options;
    const columns = Math.max(20, stream.columns > 0 ? stream.columns : this.options.columns);
    const style = process.env['NO_COLOR'] === undefined ? COLOR_STYLE : PLAIN_STYLE;
    const all = dashboardLines(this.vitals, this.nowMs(), columns, style);
    // More lines than the screen has could not be found again to redraw them.
    const lines = stream.rows > 1 ? all.slice(0, stream.rows - 1) : all;
    const up = this.drawnLines === 0 ? '\r' : `\u001b[${this.drawnLines}A\r`;
    const text = [...lasting, ...lines].map((line) => `${ERASE_LINE}${line}\n`).join('');
    stream.write(`${up}${lasting.length > 0 ? ERASE_TO_END : ''}${text}${ERASE_TO_END}`);
    this.drawnLines = lines.length;
  }
}
