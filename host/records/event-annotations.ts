/** What of a stream is worth a mark in a WFDB annotation file, so that any viewer of WFDB shows it; the whole event is in the event file. */
import { ELECTRODES, type SignalEvent, type StreamEvent } from '../stream/events.js';
import { withinBytes } from '../stream/text.js';
import { annotation, LONGEST_AUX_BYTES, type WfdbAnnotation } from './wfdb-annotations.js';

/** Codes of ecgcodes.h: a note, any beat as detectors write them, a pacemaker's spike, a change of signal quality. */
const NOTE = '"';
const BEAT = 'N';
const SPIKE = '^';
const QUALITY = '~';

/** Remembers what was said of the signal, and says it again only when it has changed. */
export class EventAnnotator {
  private signalText = '';
  private linkText = '';

  /** On the axis of the stream. @param newest the newest sample, for what has no moment of its own */
  annotationOf(event: StreamEvent, newest: number): WfdbAnnotation | undefined {
    switch (event.kind) {
      case 'beat':
        return annotation(event.sampleIndex, BEAT);
      case 'pacer':
        return annotation(event.sampleIndex, SPIKE);
      case 'mark':
        return noted(event.sampleIndex, NOTE, event.text);
      case 'gap':
        return noted(event.firstSampleIndex, NOTE, `gap of ${event.sampleCount}, ${event.cause}`);
      case 'result': {
        const name = event.classNames[event.winner] ?? String(event.winner);
        const probability = (event.probabilities[event.winner] ?? 0).toFixed(3);
        return noted(event.windowFirstSampleIndex, NOTE, `result ${name} ${probability}`);
      }
      case 'withheld': {
        const { unanswered, reason } = event;
        return unanswered === undefined
          ? undefined
          : noted(unanswered.windowFirstSampleIndex, NOTE, `no answer: ${reason}`);
      }
      case 'signal': {
        const text = signalText(event);
        if (text === this.signalText) return undefined;
        this.signalText = text;
        return noted(event.sampleIndex, QUALITY, text);
      }
      case 'link': {
        const text = `link ${event.state}: ${event.detail}`;
        if (text === this.linkText) return undefined;
        this.linkText = text;
        return noted(newest, NOTE, text);
      }
      default:
        return undefined;
    }
  }
}

function signalText(signal: SignalEvent): string {
  if (signal.testSignal === true) return 'test signal, no patient';
  const off = ELECTRODES.filter((name) => signal.electrodes[name] === 'off');
  const { limb = null, chest = null } = signal.reversal ?? {};
  return [
    off.length === 0 ? 'no electrode off' : `electrodes off: ${off.join(' ')}`,
    `signal ${signal.quality}`,
    ...[limb, chest].flatMap((pair) => (pair === null ? [] : [`exchanged: ${pair}`])),
  ].join(', ');
}

function noted(sampleIndex: number, mnemonic: string, text: string): WfdbAnnotation {
  return annotation(sampleIndex, mnemonic, withinBytes(text, LONGEST_AUX_BYTES));
}
