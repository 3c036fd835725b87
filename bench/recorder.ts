/** The recorder: killed with -9 at random moments. */
import { progress } from '../host/cli/progress.js';
import { killTrials, type KillTrials } from './recorder/kill-trials.js';

export async function benchRecorder(kills: number, seed: number): Promise<KillTrials> {
  const bar = progress('killed');
  const trials = await killTrials({
    kills,
    seed,
    onProgress: (done) => {
      bar.update(done, kills);
    },
  });
  bar.finish(`${kills} times`);
  return trials;
}

export function recorderText(trials: KillTrials): string {
  return [
    `killed ${trials.kills} times: ${trials.records} records, ${trials.damagedRecords} damaged`,
    `${trials.samplesPublished} samples recorded; most lost in one trial ${trials.mostSamplesLost} (${(trials.mostSamplesLost / 500).toFixed(2)} s)`,
    `${trials.eventsPublished} events recorded, ${trials.eventsLost} lost`,
    '',
  ].join('\n');
}
