import type { LinkEvent } from '../../stream/events.js';

/**
 * Without samples for this long a link is stale: a hundred 10-sample frames missed. The project's own choice, short enough
 * that nobody reads a dead trace, long enough for a busy emulator.
 */
export const STALE_MS = 2000;
/** Time that the first connection may take before its absence is an alarm. */
export const CONNECT_GRACE_MS = 3000;
const LOSS_ALARM_SHARE = 0.01;
const OVERLOAD_PERMILLE = 950;

export interface AlarmInput {
  readonly connected: boolean;
  readonly pageAgeMs: number;
  readonly link: LinkEvent | undefined;
  readonly ended: boolean;
  readonly sampleAgeMs: number | undefined;
  readonly lossShare: number | undefined;
  readonly cpuLoadPermille: number | undefined;
  /** What speaks against the signal, in words. */
  readonly signalWarnings: readonly string[];
}

export interface Alarm {
  readonly priority: 'high' | 'medium' | 'low';
  readonly text: string;
}

export interface Liveness {
  /** `live`: draw. `waiting`: nothing ever came. `stale`: must not be shown as a trace. `ended`: the record is over. */
  readonly state: 'live' | 'waiting' | 'stale' | 'ended';
  readonly alarm: Alarm | undefined;
}

/** What may be shown as live, and the one technical alarm that matters most. */
export function judge(input: AlarmInput): Liveness {
  const hadSamples = input.sampleAgeMs !== undefined;
  const medium = (text: string): Liveness => ({
    state: hadSamples ? 'stale' : 'waiting',
    alarm: { priority: 'medium', text },
  });
  if (!input.connected) {
    if (!hadSamples && input.pageAgeMs < CONNECT_GRACE_MS) {
      return { state: 'waiting', alarm: undefined };
    }
    return medium('Connection to the monitor lost. Reconnecting; nothing here is current.');
  }
  if (input.ended) return { state: 'ended', alarm: undefined };
  const detail =
    input.link === undefined || input.link.detail === '' ? '' : `: ${input.link.detail}`;
  if (input.link?.state === 'lost') return medium(`Link to the device lost${detail}`);
  if (input.link?.state === 'stale') return medium(`Link to the device is stale${detail}`);
  if (input.sampleAgeMs === undefined) return { state: 'waiting', alarm: undefined };
  if (input.link?.state === 'closed') return medium(`Link to the device is closed${detail}`);
  if (input.sampleAgeMs > STALE_MS) return medium('No samples from the device');
  return { state: 'live', alarm: lowAlarm(input) };
}

function lowAlarm(input: AlarmInput): Alarm | undefined {
  if (input.signalWarnings.length > 0) {
    return { priority: 'low', text: `${input.signalWarnings.join('. ')}.` };
  }
  if (input.cpuLoadPermille !== undefined && input.cpuLoadPermille > OVERLOAD_PERMILLE) {
    return { priority: 'low', text: 'The device is overloaded: samples or results may be late.' };
  }
  if (input.lossShare !== undefined && input.lossShare > LOSS_ALARM_SHARE) {
    return { priority: 'low', text: 'More than 1 % of the samples of the last minute were lost.' };
  }
  return undefined;
}
