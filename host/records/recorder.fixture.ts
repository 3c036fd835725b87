/** Records without end, for a test that kills it: tells on standard output how far the stream has come. */
import { writeSync } from 'node:fs';
import { startRecorder } from './recorder.js';

const [folder = ''] = process.argv.slice(2);
const recorder = startRecorder({ folder, name: 'killed', sampleRateHz: 500, rotateSeconds: 20 });
let next = 0;
const publish = (): void => {
  // About thirty times real time, in frames of ten.
  for (let i = 0; i < 15; i += 1) {
    recorder.publish({
      kind: 'samples',
      firstSampleIndex: next,
      microvolt: Array.from({ length: 8 }, (_, lead) =>
        Array.from({ length: 10 }, (_unused, t) => ((next + t) % 1000) + lead),
      ),
    });
    if (next % 400 === 0)
      recorder.publish({ kind: 'beat', sampleIndex: next, rrMs: 800, noisePercent: 0 });
    next += 10;
  }
  writeSync(1, `${next}\n`);
  setTimeout(publish, 10);
};
publish();
