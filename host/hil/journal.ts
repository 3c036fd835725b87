/** What a device said and what was done to it, in lines with their time: the serial log of a test. */
import type { StreamEvent } from '../stream/events.js';

/** Of a test of ten minutes, the newest; samples are one line however many they are. */
const MOST_LINES = 2000;

export class Journal {
  private readonly lines: string[] = [];
  private startedMs = performance.now();
  private lastKind = '';
  private lastText = '';

  /** The lines so far. */
  text(): readonly string[] {
    return [...this.lines];
  }

  /** The newest thing that was seen or done, for errors. */
  last(): string {
    return this.lines.at(-1) ?? 'nothing';
  }

  /** Begins anew, for the next test. */
  clear(): void {
    this.lines.length = 0;
    this.startedMs = performance.now();
    this.lastKind = '';
    this.lastText = '';
  }

  /** What the bench did. */
  note(text: string): void {
    this.add('bench', text);
  }

  event(event: StreamEvent): void {
    const words = wordsOf(event);
    if (words !== undefined) this.add(event.kind, words);
  }

  /** A run of samples, and a sentence that repeats, is one line that moves on. */
  private add(kind: string, text: string): void {
    const repeats = (kind === 'samples' && this.lastKind === kind) || this.lastText === text;
    this.lastKind = kind;
    this.lastText = text;
    const seconds = ((performance.now() - this.startedMs) / 1000).toFixed(3).padStart(8);
    if (repeats) this.lines.pop();
    this.lines.push(`${seconds} ${kind} ${text}`);
    if (this.lines.length > MOST_LINES) this.lines.shift();
  }
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** Undefined for what would only fill the log. */
function wordsOf(event: StreamEvent): string | undefined {
  switch (event.kind) {
    case 'hello':
      return `${event.boardName} runs ${event.modelName} ${hex(event.modelHash)}, build ${hex(event.buildId)}, boot ${hex(event.bootId)}`;
    case 'samples':
      return `up to ${event.firstSampleIndex + (event.microvolt[0]?.length ?? 0)}`;
    case 'gap':
      return `${event.sampleCount} samples from ${event.firstSampleIndex}, lost by the ${event.cause}`;
    case 'beat':
      return `at ${event.sampleIndex}, RR ${event.rrMs} ms`;
    case 'signal': {
      const off = Object.entries(event.electrodes).flatMap(([name, contact]) =>
        contact === 'off' ? [name] : [],
      );
      const shown = event.testSignal === true ? 'test signal, ' : '';
      return `${shown}${event.quality}, off: ${off.length === 0 ? 'none' : off.join(' ')}`;
    }
    case 'result':
      return `${event.resultId} of the window at ${event.windowFirstSampleIndex}: ${event.classNames[event.winner] ?? event.winner}`;
    case 'explanation':
      return `of result ${event.resultId}: ${event.className} by ${event.method}, ${event.mapping}`;
    case 'withheld':
      return `explanation of result ${event.resultId}: ${event.reason}`;
    case 'status':
      return `up ${event.uptimeMs} ms, ${event.samplesReceived} samples in, ${event.samplesDropped} dropped, ${event.receiveErrors} receive errors, load ${event.cpuLoadPermille} permille`;
    case 'link':
      return `${event.state}: ${event.detail}`;
    case 'log':
      return `${event.level}: ${event.text}`;
    case 'end':
      return `after ${event.sampleCount} samples`;
    default:
      return undefined;
  }
}
