import { cobsMaxEncoded } from '../protocol/cobs.js';
import { FRAME_OVERHEAD_BYTES } from '../protocol/frame.js';
import { messageSchema } from '../protocol/codec.js';
import { messageMaxBytes } from '../protocol/layout.js';
import type { Message } from '../protocol/messages.js';
import { INDEPENDENT_LEADS, TWELVE_LEADS } from '../stream/events.js';

/** A start bit, eight data bits, a stop bit. */
const BITS_PER_BYTE = 10;
/** The most that a heart does; the budget is for the worst patient. */
const MAX_BEATS_PER_S = 5;
/** Of a dual-chamber pacemaker. */
const SPIKES_PER_BEAT = 2;
/** One each second, and one for a change. */
const STATES_PER_S = 2;
const MEDIAN_PERIOD_S = 2.5;
/** Two parts of path: 80 points, one for each sample of the beat. */
const PATH_PARTS = 2;
const SAMPLES_PER_FRAME = 10;
/** Above this a line cannot catch up after a pause, and the transmit buffer overflows. */
const FULL = 0.9;

export interface LinkLoad {
  readonly samplesBitsPerS: number;
  readonly resultsBitsPerS: number;
  /** HELLO, STATUS, the state of the signal and the beats with what is measured on them, at their longest. */
  readonly otherBitsPerS: number;
  /** The median beat, a picture like an explanation. */
  readonly medianBitsPerS: number;
  /** Share of the line that all of it fills; above 1 it cannot pass. */
  readonly share: number;
  /** What the line can carry: everything, samples without explanations and median beats, or not even the samples. */
  readonly verdict: 'fits' | 'samples-only' | 'refused';
}

/** Bits on the line of a message at its longest, delimiter included. */
function lineBits(kind: Message['kind']): number {
  const bytes = messageMaxBytes(messageSchema(kind)) + FRAME_OVERHEAD_BYTES;
  return (cobsMaxEncoded(bytes) + 1) * BITS_PER_BYTE;
}

/** How full a line of `baudRate` is, before anything is sent: from the schema alone. */
export function linkLoad(options: {
  readonly baudRate: number;
  readonly sampleRateHz: number;
  /** Seconds from one explained result to the next. */
  readonly resultPeriodS: number;
}): LinkLoad {
  const { baudRate, sampleRateHz, resultPeriodS } = options;
  const samplesBitsPerS = (lineBits('SAMPLES') * sampleRateHz) / SAMPLES_PER_FRAME;
  const resultBits =
    lineBits('RESULT') +
    lineBits('EXPLANATION') +
    lineBits('BEAT_LEAD') * INDEPENDENT_LEADS.length +
    lineBits('BEAT_ATTRIBUTION') * TWELVE_LEADS.length +
    lineBits('BEAT_FIDUCIALS') +
    lineBits('PATH') * PATH_PARTS +
    lineBits('RESULT_END');
  const resultsBitsPerS = resultBits / resultPeriodS;
  const beatBits =
    lineBits('BEAT') + lineBits('BEAT_MEASUREMENT') + lineBits('PACER_SPIKE') * SPIKES_PER_BEAT;
  const medianBitsPerS = (lineBits('MEDIAN_LEAD') * INDEPENDENT_LEADS.length) / MEDIAN_PERIOD_S;
  const otherBitsPerS =
    lineBits('HELLO') +
    lineBits('STATUS') +
    lineBits('SIGNAL_STATE') * STATES_PER_S +
    beatBits * MAX_BEATS_PER_S;
  const pictures = resultsBitsPerS + medianBitsPerS;
  const share = (samplesBitsPerS + pictures + otherBitsPerS) / baudRate;
  const without = (samplesBitsPerS + otherBitsPerS) / baudRate;
  const verdict = share <= FULL ? 'fits' : without <= FULL ? 'samples-only' : 'refused';
  return { samplesBitsPerS, resultsBitsPerS, otherBitsPerS, medianBitsPerS, share, verdict };
}
