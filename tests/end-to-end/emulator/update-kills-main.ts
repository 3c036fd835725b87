/** `npm run update-kills -- --kills 1000 --seed 1`: kills an emulated board during updates and prints what it ran after each, as JSON. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { progress } from '../../../host/cli/progress.js';
import { updateBench } from './update-bench.js';
import { killDuringUpdates } from './update-kills.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    board: { type: 'string', default: 'mps2-an386' },
  },
});
const kills = Number(values.kills);
const shown = progress('kills');
// Ctrl-C ends it early; what was seen until then is printed.
const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
const folder = await mkdtemp(join(tmpdir(), 'isochrone-update-kills-'));
try {
  const report = await killDuringUpdates(await updateBench(values.board), join(folder, 'flash'), {
    kills,
    seed: Number(values.seed),
    signal: abort.signal,
    onKill: (done) => shown.update(done, kills),
  });
  shown.finish(`${report.kills}`);
  process.stdout.write(
    `${JSON.stringify({ board: values.board, seed: values.seed, ...report })}\n`,
  );
  process.exitCode = report.unbootable === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
