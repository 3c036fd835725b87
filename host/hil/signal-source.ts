/** What puts a signal in front of a device: samples over the port that stands for its front end, or voltages on its electrodes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { INDEPENDENT_LEADS, type Electrode } from '../stream/events.js';
import type { Injection } from './injection.js';
import type { Journal } from './journal.js';

/** Microvolt against RA; an electrode that is not named is at 0. */
export type ElectrodeVoltages = Readonly<Partial<Record<Electrode, number>>>;

export interface Wave {
  readonly seconds: number;
  at(seconds: number): ElectrodeVoltages;
  /** What is left of it at a lower rate is not worth a test. */
  readonly leastRateHz: number;
}

export interface SignalSource {
  /** In words, for reports. */
  readonly name: string;
  /** How often a second it follows a wave. */
  readonly rateHz: number;
  readonly electrodes: readonly Electrode[];
  /** @throws IsochroneError HIL_SOURCE_SLOW */
  play(wave: Wave): Promise<void>;
}

/** Voltages that can be set, of a rig. */
export interface VoltageOutputs {
  readonly updatesHz: number;
  readonly electrodes: readonly Electrode[];
  /** Clipped to what the outputs reach. */
  set(voltages: ElectrodeVoltages): void;
}

const ACQUISITION_HZ = 500;
const CHEST = ['V1', 'V2', 'V3', 'V4', 'V5', 'V6'] as const;
/** A timer of the host comes no more often, and what is due is set then. */
const LEAST_STEP_MS = 1;

/** I II V1 … V6 of electrodes: chest leads against the mean of RA, LA and LL. */
export function leadsOf(voltages: ElectrodeVoltages): readonly number[] {
  const { RA = 0, LA = 0, LL = 0 } = voltages;
  const terminal = (RA + LA + LL) / 3;
  return [LA - RA, LL - RA, ...CHEST.map((name) => (voltages[name] ?? 0) - terminal)];
}

/** Electrodes that make these leads, RA at 0. */
export function electrodesOf(leads: readonly number[]): ElectrodeVoltages {
  const [LA = 0, LL = 0, ...chest] = leads;
  const terminal = (LA + LL) / 3;
  const of = (index: number): number => (chest[index] ?? 0) + terminal;
  return { LA, LL, V1: of(0), V2: of(1), V3: of(2), V4: of(3), V5: of(4), V6: of(5) };
}

/** Sample by sample, for a run that has none yet. */
export function uartSource(injection: Injection, speed: number): SignalSource {
  return {
    name: 'samples over a port',
    rateHz: ACQUISITION_HZ,
    electrodes: ['LA', 'LL', ...CHEST],
    play: async ({ seconds, at }) => {
      const samples = Array.from({ length: Math.round(seconds * ACQUISITION_HZ) }, (_, i) =>
        leadsOf(at(i / ACQUISITION_HZ)),
      );
      const microvolt = Int16Array.from(samples.flat().map(Math.round));
      if (microvolt.length !== samples.length * INDEPENDENT_LEADS.length) {
        throw new Error('a sample has eight leads');
      }
      await injection.play({ microvolt, speed });
    },
  };
}

/** In real time: what is due is set, what the host was too late for is left out, and nothing is caught up. */
export function voltageSource(outputs: VoltageOutputs, journal: Journal): SignalSource {
  const { updatesHz, electrodes } = outputs;
  return {
    name: `voltages, ${updatesHz.toFixed(0)} a second`,
    rateHz: updatesHz,
    electrodes,
    play: async ({ seconds, at, leastRateHz }) => {
      if (updatesHz < leastRateHz) throw tooSlow(updatesHz, leastRateHz);
      journal.note(`voltages for ${seconds} s, ${updatesHz.toFixed(0)} of 500 samples a second`);
      const stepMs = Math.max(LEAST_STEP_MS, 1000 / updatesHz);
      const startedMs = performance.now();
      let lastStep = -1;
      for (;;) {
        const passedMs = performance.now() - startedMs;
        if (passedMs >= seconds * 1000) break;
        const step = Math.floor(passedMs / stepMs);
        // A timer may come early, and then there is nothing to set yet.
        if (step > lastStep) outputs.set(at(passedMs / 1000));
        lastStep = step;
        await sleep(Math.max(LEAST_STEP_MS, (step + 1) * stepMs - (performance.now() - startedMs)));
      }
      outputs.set({});
    },
  };
}

function tooSlow(rateHz: number, leastRateHz: number): IsochroneError {
  return new IsochroneError(
    'HIL_SOURCE_SLOW',
    `the signal needs ${leastRateHz} values a second, its source carries ${rateHz.toFixed(0)}`,
    {
      hint: 'Drive fewer chips over this rig, raise the baud rate of its sketch, or put samples in over a port.',
      where: { rateHz: Math.round(rateHz), leastRateHz },
    },
  );
}
