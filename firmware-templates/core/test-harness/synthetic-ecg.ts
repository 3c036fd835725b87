/** Beats of bells on eight leads at 500 Hz, for tests of single stages; nothing here is physiology. */
import { seededRandom } from '../../../codegen/testing/random.js';
import type { EightLeads } from './signal.js';

const LEAD_GAINS = [0.6, 1, -0.7, -0.4, 0.3, 1.2, 1.1, 0.8];
/** Moment against the R wave in samples, standard deviation in samples, height against the R wave. */
const WAVES = [
  [-80, 12, 0.12],
  [-16, 5, -0.15],
  [0, 6, 1],
  [16, 5, -0.25],
  [140, 22, 0.3],
] as const;

export interface SyntheticEcg {
  readonly seconds: number;
  readonly beatEverySamples?: number;
  readonly rMicrovolt?: number;
  /** Half of the width of even noise. */
  readonly noiseMicrovolt?: number;
}

/** The first R wave lies at half a beat. */
export function syntheticEcg({
  seconds,
  beatEverySamples = 400,
  rMicrovolt = 1000,
  noiseMicrovolt = 5,
}: SyntheticEcg): EightLeads[] {
  const random = seededRandom(17);
  return Array.from({ length: 500 * seconds }, (_, t) => {
    const phase = (t % beatEverySamples) - beatEverySamples / 2;
    // T reaches into the next beat, P into the one before.
    const wave = [phase - beatEverySamples, phase, phase + beatEverySamples].reduce(
      (sum, at) =>
        sum +
        WAVES.reduce(
          (beat, [moment, width, height]) =>
            beat + height * Math.exp(-0.5 * ((at - moment) / width) ** 2),
          0,
        ),
      0,
    );
    // Adding zero makes -0 a 0, which a comparison with integers tells apart.
    return LEAD_GAINS.map(
      (gain) => Math.round(gain * rMicrovolt * wave + noiseMicrovolt * (2 * random() - 1)) + 0,
    );
  });
}

/** A sine on all leads, each with a height and a phase of its own; `phaseAt` in turns lets a test bend the frequency. */
export function addMains(
  samples: readonly EightLeads[],
  peakMicrovolt: number,
  phaseAt: (sample: number) => number,
): EightLeads[] {
  return samples.map((sample, t) =>
    sample.map((value, lead) =>
      Math.round(
        value +
          peakMicrovolt *
            (0.3 + 0.1 * lead) *
            Math.cos(2 * Math.PI * (phaseAt(t) + 0.13 * lead * lead)),
      ),
    ),
  );
}

export interface PacerPulse {
  /** Middle of the pulse, samples and parts of them. */
  readonly at: number;
  readonly millivolt: number;
  readonly milliseconds: number;
}

/** What of a pulse each lead sees: pulses are large between some electrodes and small between others. */
const PULSE_GAINS = [0.4, 1, -0.5, -0.3, 0.3, 0.7, 0.8, 0.8];
/** Full scale of an ADS1298 at gain 6. */
const FULL_SCALE_MICROVOLT = 400_000;

/** Integral up to x of the kernel of a third-order decimation filter (sinc³), three samples wide around 0. */
function sinc3Integral(x: number): number {
  const cube = (from: number): number => Math.max(0, x - from) ** 3 / 6;
  return Math.min(1, cube(-1.5) - 3 * cube(-0.5) + 3 * cube(0.5) - cube(1.5));
}

/** Pulses as a converter of 500 samples a second with a sinc³ filter shows them, limited at its full scale. */
export function addPulses(
  samples: readonly EightLeads[],
  pulses: readonly PacerPulse[],
): EightLeads[] {
  const out = samples.map((sample) => [...sample]);
  for (const { at, millivolt, milliseconds } of pulses) {
    const half = milliseconds / 4;
    for (let t = Math.floor(at) - 4; t <= at + 4; t++) {
      const share = sinc3Integral(t - at + half) - sinc3Integral(t - at - half);
      const sample = out[t];
      if (sample === undefined || share === 0) continue;
      PULSE_GAINS.forEach((gain, lead) => {
        const value = Math.round((sample[lead] ?? NaN) + 1000 * millivolt * gain * share);
        sample[lead] = Math.min(Math.max(value, -FULL_SCALE_MICROVOLT), FULL_SCALE_MICROVOLT);
      });
    }
  }
  return out;
}

/** The tallest spike that a pulse in the middle of a sample leaves on a lead, microvolt. */
export function spikeMicrovolt({ millivolt, milliseconds }: PacerPulse): number {
  const half = milliseconds / 4;
  return 1000 * Math.abs(millivolt) * (sinc3Integral(half) - sinc3Integral(-half));
}
