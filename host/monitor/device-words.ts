/** What the device says of its own start and its own time, in words. */
import type { Duty, ResetCause, StartTest } from '../protocol/messages.js';
import type { HelloEvent, StatusEvent } from '../stream/events.js';
import { fixed } from './explanation-words.js';

const CAUSES: Readonly<Record<ResetCause, string>> = {
  power_on: 'power on',
  software: 'a restart that was asked for',
  fault: 'a fault: its record can be read',
  watchdog: 'the watchdog: the device hung, its record can be read',
  brown_out: 'a dip of the supply',
  pin: 'the reset pin',
  unannounced: 'a reset without a word (a pin, or a dip of the supply)',
};

const TESTS: Readonly<Record<StartTest, string>> = {
  ram: 'memory is damaged',
  flash: 'the program is damaged',
  answer: 'the network answers wrongly',
  explanation: 'the explanation is wrong',
  settings: 'kept settings were damaged and are left out',
};

const DUTIES: Readonly<Record<Duty, string>> = {
  link: 'link',
  acquire: 'acquisition',
  filter: 'filters',
  beat: 'beats',
  network: 'network',
  explanation: 'explanation',
  report: 'report',
  health: 'health',
  long_object: 'long objects',
  update: 'update',
};

export const resetWords = ({ resetCause }: Pick<HelloEvent, 'resetCause'>): string =>
  CAUSES[resetCause];

/** Whether the device trusts itself, and if not, why. */
export function startWords({
  startState,
  startFaults,
}: Pick<HelloEvent, 'startState' | 'startFaults'>): string {
  const faults = startFaults.map((test) => TESTS[test]).join(', ');
  if (startState === 'testing') return 'runs';
  if (startState === 'failed') return `FAILED, no results: ${faults}`;
  return faults === '' ? 'passed' : `passed; ${faults}`;
}

/** Names and values of the longest times so far. */
export function timingEntries(
  { ticksPerSecond }: Pick<HelloEvent, 'ticksPerSecond'>,
  status: Pick<StatusEvent, 'loopWorstTicks' | 'interruptWorstTicks' | 'dutyWorstTicks'>,
): [name: string, value: string][] {
  const ms = (ticks: number): string => `${fixed((1000 * ticks) / ticksPerSecond, 1)} ms`;
  const us = (ticks: number): string => `${fixed((1e6 * ticks) / ticksPerSecond, 1)} µs`;
  const duties = Object.entries(DUTIES) as [Duty, string][];
  return [
    ['Longest round', ms(status.loopWorstTicks)],
    [
      'Longest turns',
      duties.map(([duty, name]) => `${name} ${ms(status.dutyWorstTicks[duty])}`).join(', '),
    ],
    [
      'Interrupt waited at most',
      status.interruptWorstTicks === 0 ? 'not measured' : us(status.interruptWorstTicks),
    ],
  ];
}
