/** `isochrone synthesize-beats --out PATH`: simulated median beats with their places, for training and for other people's methods. */
import { writeBeatSet } from '../evaluate/beat-set.js';
import { EVERY_PLACE } from '../evaluate/cases.js';
import type { PopulationName } from '../evaluate/populations.js';
import { progress } from './progress.js';

export interface SynthesizeBeatsOptions {
  readonly out: string;
  readonly population: PopulationName;
  readonly hearts: number;
  readonly normal: number;
  readonly single: number;
  readonly multiple: number;
  readonly ectopic: number;
  readonly everyPlace: boolean;
}

export async function runSynthesizeBeats(options: SynthesizeBeatsOptions): Promise<void> {
  const { out, population, hearts, normal, single, multiple, ectopic, everyPlace } = options;
  const bar = progress('beats');
  const index = await writeBeatSet(
    out,
    { population, hearts, plan: everyPlace ? EVERY_PLACE : { normal, single, multiple, ectopic } },
    (done) => {
      bar.update(done, hearts);
    },
  );
  bar.finish(`${index.beats.length} beats of ${hearts} hearts`);
  process.stdout.write(`${out}.i16\n${out}.path.i16\n${out}.json\n`);
}
