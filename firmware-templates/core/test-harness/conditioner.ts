/** The conditioner, compiled for this machine: samples in, outputs and what was noticed out. */
import { buildDriver, Rows } from './rows.js';
import type { EightLeads } from './signal.js';

export type Band = 'diagnostic' | 'monitor';
export const CONDITIONER_DELAY = { diagnostic: 48, monitor: 627 } as const;
export const CONDITIONER_SOURCES = [
  ...['iso_conditioner', 'iso_pacer', 'iso_mains', 'iso_highpass', 'iso_highpass_linear'],
  ...['iso_lowpass', 'iso_lowpass_taps'],
] as const;

export interface ConditionedSample {
  readonly sampleIndex: number;
  readonly microvolt: EightLeads;
  /** Bit i: independent lead i. */
  readonly saturated: number;
  /** 0, 50 or 60 Hz. */
  readonly mainsHz: number;
}

export interface Conditioned {
  readonly samples: readonly ConditionedSample[];
  readonly spikes: readonly number[];
}

/** What goes in, in order. */
export class ConditionerScript {
  readonly rows = new Rows();

  sample(sampleIndex: number, microvolt: ArrayLike<number>): this {
    this.rows.push(0, sampleIndex, microvolt);
    return this;
  }
  gap(missing: number): this {
    this.rows.push(1, missing);
    return this;
  }
  /** A whole record from `firstIndex` on, then its last value for `hold` samples, which brings out what the filters hold. */
  record(samples: readonly EightLeads[], firstIndex = 0, hold = 0): this {
    samples.forEach((sample, i) => this.sample(firstIndex + i, sample));
    const last = samples[samples.length - 1] ?? [];
    for (let i = 0; i < hold; i++) this.sample(firstIndex + samples.length + i, last);
    return this;
  }
}

export function buildConditioner(): (script: ConditionerScript, band: Band) => Conditioned {
  const run = buildDriver('conditioner', CONDITIONER_SOURCES);
  return (script, band) => {
    const samples: ConditionedSample[] = [];
    const spikes: number[] = [];
    let saturated = 0;
    let mainsHz = 0;
    for (const { kind, first, values } of run(script.rows, band)) {
      if (kind === 0) samples.push({ sampleIndex: first, microvolt: values, saturated, mainsHz });
      else if (kind === 1) spikes.push(first);
      else {
        saturated = first;
        mainsHz = [0, 50, 60][values[0] ?? 0] ?? NaN;
      }
    }
    return { samples, spikes };
  };
}
