/** Beats of bells on eight leads at 500 Hz, for tests of single stages; nothing here is physiology. */
import { seededRandom, type EightLeads } from './signal.js';

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
