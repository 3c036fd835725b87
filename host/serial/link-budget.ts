/** How full a line is, before anything is sent: the rule of docs/wire.md, "Budget", which the device computes alike (iso_link_budget.c). */
import { IsochroneError } from '../../codegen/errors.js';
import { cobsMaxEncoded } from '../protocol/cobs.js';
import { FRAME_OVERHEAD_BYTES } from '../protocol/frame.js';
import { messageSchema } from '../protocol/codec.js';
import { messageMaxBytes } from '../protocol/layout.js';
import type { ConfigurationMessage, HelloMessage, Message } from '../protocol/messages.js';
import { INDEPENDENT_LEADS, TWELVE_LEADS } from '../stream/events.js';

/** A start bit, eight data bits, a stop bit. */
const BITS_PER_BYTE = 10;
/** The most that a heart does; the budget is for the worst patient. */
const MAX_BEATS_PER_S = 5;
/** Of a dual-chamber pacemaker. */
const SPIKES_PER_BEAT = 2;
/** One each second, and one for a change. */
const STATES_PER_S = 2;
/** Of the clock watch, while it asks. */
const TIME_REPLIES_PER_S = 5;
const MEDIAN_PERIOD_S = 2.5;
/** Two parts of path: 80 points, one for each sample of the beat. */
const PATH_PARTS = 2;
const MOST_SAMPLES_PER_FRAME = 10;
const BYTES_PER_SAMPLE = 2 * INDEPENDENT_LEADS.length;
/** Above this a line cannot catch up after a pause, and the transmit buffer overflows. */
const FULL = 0.9;
/** As UARTs offer them. */
const BAUD_RATES = [9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600, 1_000_000];

/** What the device says fills its line, and its rate. */
export interface LinkConfiguration extends Pick<ConfigurationMessage, 'resultIntervalMs'> {
  readonly sampleRateHz: number;
  readonly samplesPerFrame: number;
  readonly explanations: boolean;
  readonly medianBeats: boolean;
  readonly measuresBeats: boolean;
}

export interface LinkLoad {
  readonly samplesBitsPerS: number;
  readonly resultsBitsPerS: number;
  /** HELLO, STATUS, the state of the signal and the beats with what is measured on them, at their longest. */
  readonly otherBitsPerS: number;
  /** The median beat, a picture like an explanation. */
  readonly medianBitsPerS: number;
  readonly bitsPerS: number;
}

/** Bits on the line of a payload of so many bytes, delimiter included. */
const lineBits = (payloadBytes: number): number =>
  (cobsMaxEncoded(payloadBytes + FRAME_OVERHEAD_BYTES) + 1) * BITS_PER_BYTE;
/** Of a message at its longest. */
const messageBits = (kind: Message['kind']): number =>
  lineBits(messageMaxBytes(messageSchema(kind)));

export function linkLoad(configuration: LinkConfiguration): LinkLoad {
  const { sampleRateHz, samplesPerFrame, resultIntervalMs } = configuration;
  const fewer = MOST_SAMPLES_PER_FRAME - samplesPerFrame;
  const samplesBytes = messageMaxBytes(messageSchema('SAMPLES')) - fewer * BYTES_PER_SAMPLE;
  const samplesBitsPerS = Math.ceil((lineBits(samplesBytes) * sampleRateHz) / samplesPerFrame);
  const explanationBits =
    messageBits('EXPLANATION') +
    messageBits('BEAT_LEAD') * INDEPENDENT_LEADS.length +
    messageBits('BEAT_ATTRIBUTION') * TWELVE_LEADS.length +
    messageBits('BEAT_FIDUCIALS') +
    messageBits('PATH') * PATH_PARTS;
  const resultBits =
    messageBits('RESULT') +
    messageBits('RESULT_END') +
    (configuration.explanations ? explanationBits : 0);
  const resultsBitsPerS = Math.ceil((resultBits * 1000) / resultIntervalMs);
  const measuredBits =
    messageBits('BEAT_MEASUREMENT') + messageBits('PACER_SPIKE') * SPIKES_PER_BEAT;
  const beatBits = messageBits('BEAT') + (configuration.measuresBeats ? measuredBits : 0);
  const otherBitsPerS =
    messageBits('HELLO') +
    messageBits('CONFIGURATION') +
    messageBits('STATUS') +
    messageBits('SIGNAL_STATE') * STATES_PER_S +
    messageBits('TIME_REPLY') * TIME_REPLIES_PER_S +
    beatBits * MAX_BEATS_PER_S;
  const medianBitsPerS =
    configuration.measuresBeats && configuration.medianBeats
      ? Math.ceil((messageBits('MEDIAN_LEAD') * INDEPENDENT_LEADS.length) / MEDIAN_PERIOD_S)
      : 0;
  const bitsPerS = samplesBitsPerS + resultsBitsPerS + otherBitsPerS + medianBitsPerS;
  return { samplesBitsPerS, resultsBitsPerS, otherBitsPerS, medianBitsPerS, bitsPerS };
}

export interface LinkBudget {
  readonly load: LinkLoad;
  /** Share of the line that all of it fills; above 1 it cannot pass. */
  readonly share: number;
  /** `tight`: samples pass, explanations and median beats may not. `refused`: not even the samples. */
  readonly verdict: 'fits' | 'tight' | 'refused';
  /** Where it does not fit: what to lower, in words. */
  readonly problem: IsochroneError | undefined;
}

export function linkBudget(configuration: LinkConfiguration, baudRate: number): LinkBudget {
  const load = linkLoad(configuration);
  const share = load.bitsPerS / baudRate;
  if (share <= FULL) return { load, share, verdict: 'fits', problem: undefined };
  const bare = linkLoad({ ...configuration, explanations: false, medianBeats: false }).bitsPerS;
  const verdict = bare <= FULL * baudRate ? 'tight' : 'refused';
  const part = (bits: number, name: string): string => `${name} ${(bits / 1000).toFixed(1)} kbit/s`;
  const problem = new IsochroneError(
    'LINK_BUDGET',
    `The device fills ${(100 * share).toFixed(0)} % of its line of ${baudRate} baud: ${[
      part(load.samplesBitsPerS, 'samples'),
      part(load.resultsBitsPerS, 'results'),
      part(load.medianBitsPerS, 'median beats'),
      part(load.otherBitsPerS, 'the rest'),
    ].join(', ')}.`,
    { hint: whatToLower(configuration, baudRate), where: { baudRate, bitsPerS: load.bitsPerS } },
  );
  return { load, share, verdict, problem };
}

/**
 * As a device tells itself; undefined where its line has no rate.
 * @param baudRate of the slowest part of the line, or Infinity where only the device knows
 */
export function budgetOf(
  { sampleRateHz }: Pick<HelloMessage, 'sampleRateHz'>,
  told: ConfigurationMessage,
  baudRate: number,
): LinkBudget | undefined {
  const rate = Math.min(baudRate, told.linkBaud === 0 ? Infinity : told.linkBaud);
  if (rate === Infinity) return undefined;
  const configuration = {
    ...told,
    sampleRateHz,
    explanations: told.explanations !== 0,
    medianBeats: told.medianBeats !== 0,
    measuresBeats: told.measuresBeats !== 0,
  };
  return linkBudget(configuration, rate);
}

/** Pictures first, explanations next, samples never; each named only where it helps. */
function whatToLower(configuration: LinkConfiguration, baudRate: number): string {
  const fits = (changed: Partial<LinkConfiguration>): boolean =>
    linkLoad({ ...configuration, ...changed }).bitsPerS <= FULL * baudRate;
  const ways: string[] = [];
  const enough = BAUD_RATES.find((rate) => linkLoad(configuration).bitsPerS <= FULL * rate);
  if (enough !== undefined) ways.push(`use ${enough} baud`);
  if (configuration.medianBeats && fits({ medianBeats: false })) ways.push('median_beats 0');
  if (configuration.explanations && fits({ explanations: false })) ways.push('explanations 0');
  const interval = [5000, 10_000, 20_000, 60_000].find((resultIntervalMs) =>
    fits({ resultIntervalMs }),
  );
  if (interval !== undefined) ways.push(`result_interval_ms ${interval}`);
  if (fits({ samplesPerFrame: MOST_SAMPLES_PER_FRAME })) {
    ways.push(`samples_per_frame ${MOST_SAMPLES_PER_FRAME}`);
  }
  const all = { explanations: false, medianBeats: false, samplesPerFrame: MOST_SAMPLES_PER_FRAME };
  if (ways.length <= 1 && fits(all)) {
    ways.push(`explanations 0, median_beats 0 and samples_per_frame ${MOST_SAMPLES_PER_FRAME}`);
  }
  return `To fit: ${ways.join(', or ')}.`;
}
