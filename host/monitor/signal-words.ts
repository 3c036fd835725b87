/**
 * What the device knows of its signal, in words; shared by the terminal and the page, so that both say the same.
 * Free of Node imports: the page's bundle includes it.
 */
import {
  ELECTRODES,
  INDEPENDENT_LEADS,
  type Contact,
  type MeasurementEvent,
  type SignalEvent,
  type WithheldEvent,
  type WithheldReason,
} from '../stream/events.js';

const WITHHELD: Readonly<Record<WithheldReason, string>> = {
  not_compiled: 'the network was built with --explain none',
  switched_off: 'explanations are switched off on the device',
  lead_off: 'an electrode was off in this window',
  poor_signal: 'a lead could not be read in this window',
  no_beat: 'no beat lies wholly inside the window',
  no_qrs: 'the mean beat has no QRS',
  no_evidence: 'the gradient is zero in every beat',
  unfamiliar: 'the signal is unlike the data that the network was trained on',
};

export function withheldWords({ reason, unanswered }: WithheldEvent): string {
  return `${unanswered === undefined ? 'not explained' : 'no answer'}: ${WITHHELD[reason]}`;
}

function electrodesThat(signal: SignalEvent, contact: Contact): string {
  return ELECTRODES.filter((name) => signal.electrodes[name] === contact).join(', ');
}

/** `all on`, or those that are not: `V2 off; RA unknown`. */
export function electrodeWords(signal: SignalEvent): string {
  const off = electrodesThat(signal, 'off');
  const unknown = ELECTRODES.every((name) => signal.electrodes[name] === 'unknown')
    ? 'all'
    : electrodesThat(signal, 'unknown');
  const parts = [
    ...(off === '' ? [] : [`${off} off`]),
    ...(unknown === '' ? [] : [`${unknown} unknown`]),
  ];
  return parts.length === 0 ? 'all on' : parts.join('; ');
}

const TEST_SIGNAL = 'Test signal, no patient';

/** `readable`, or what speaks against which lead: `poor: V2 flat`. */
export function qualityWords(signal: SignalEvent): string {
  if (signal.testSignal === true) return TEST_SIGNAL.toLowerCase();
  if (signal.quality !== 'poor') return signal.quality;
  const against = signal.leadReasons.flatMap((reasons, lead) =>
    reasons.length === 0 ? [] : [`${INDEPENDENT_LEADS[lead] ?? lead} ${reasons.join(' and ')}`],
  );
  return `poor: ${against.join(', ')}`;
}

/** What should be looked at before the trace is believed; empty when nothing should. */
export function signalWarnings(signal: SignalEvent): string[] {
  if (signal.testSignal === true) return [TEST_SIGNAL];
  const off = electrodesThat(signal, 'off');
  const reversals = [signal.reversal?.limb ?? null, signal.reversal?.chest ?? null];
  return [
    ...(off === '' ? [] : [`Electrode off: ${off}`]),
    ...(signal.quality === 'poor' ? [`Signal ${qualityWords(signal)}`] : []),
    ...reversals.flatMap((pair) => (pair === null ? [] : [`Electrodes may be exchanged: ${pair}`])),
  ];
}

export function mainsWords(signal: SignalEvent): string {
  if (signal.mainsHz === undefined) return 'not watched';
  return signal.mainsHz === null ? 'none' : `${signal.mainsHz.toFixed(2)} Hz`;
}

const milliseconds = (value: number | null): string => (value === null ? '–' : `${value} ms`);

/** [name, value] pairs in the order in which they are read. */
export function intervalEntries(measurement: MeasurementEvent): [string, string][] {
  const { heartRatePerMin } = measurement;
  return [
    ['HR', heartRatePerMin === null ? '–' : `${heartRatePerMin} /min`],
    ['PR', milliseconds(measurement.prMs)],
    ['QRS', milliseconds(measurement.qrsMs)],
    ['QT', milliseconds(measurement.qtMs)],
    ['QTc (Fridericia)', milliseconds(measurement.qtcFridericiaMs)],
    ['QTc (Bazett)', milliseconds(measurement.qtcBazettMs)],
  ];
}
