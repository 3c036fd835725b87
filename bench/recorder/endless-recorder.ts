/** Records without end, to be killed: after each batch it tells on standard output how many samples and log lines have been handed to the recorder. */
import { writeSync } from 'node:fs';
import { synthetic } from '../../host/monitor/synthetic-events.js';
import { startRecorder } from '../../host/records/recorder.js';

const BATCH_FRAMES = 15;
const PER_FRAME = 10;
const BATCH_MS = 10;
const RESULT_EVERY_BATCHES = 4;

/** What lead `lead` has at a moment: a reader knows it too. */
export const valueAt = (sampleIndex: number, lead: number): number => (sampleIndex % 1000) + lead;

function recordForEver(folder: string): void {
  const recorder = startRecorder({ folder, name: 'killed', sampleRateHz: 500, rotateSeconds: 4 });
  let next = 0;
  let lines = 0;
  const batch = (): void => {
    // About thirty times real time.
    for (let i = 0; i < BATCH_FRAMES; i += 1) {
      recorder.publish({
        kind: 'samples',
        firstSampleIndex: next,
        microvolt: Array.from({ length: 8 }, (_, lead) =>
          Array.from({ length: PER_FRAME }, (_unused, t) => valueAt(next + t, lead)),
        ),
      });
      next += PER_FRAME;
    }
    lines += 1;
    recorder.publish({ kind: 'log', level: 'info', text: `line ${lines}` });
    if (lines % RESULT_EVERY_BATCHES === 0) {
      recorder.publish(synthetic.result(lines));
      recorder.publish(synthetic.explanation(lines));
    }
    writeSync(1, `${next} ${lines}\n`);
    setTimeout(batch, BATCH_MS);
  };
  batch();
}

const [folder] = process.argv.slice(2);
if (folder !== undefined && process.argv[1]?.includes('endless-recorder')) recordForEver(folder);
