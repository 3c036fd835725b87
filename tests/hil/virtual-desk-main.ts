/** `npm run virtual-desk`: the whole suite of the bench on an emulated board behind ttys and a Firmata board that is a program. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../../host/cli/network.js';
import { hilHtml } from '../../host/hil/report-html.js';
import { runBench } from '../../host/hil/run.js';
import { backendOf, loadBoard } from '../../host/toolchain/board.js';
import { buildFirmware } from '../../host/toolchain/build-firmware.js';
import { virtualDesk } from './virtual-desk.js';

const folder = join(packageRoot(), 'build', 'hil', 'virtual-desk');
const board = await loadBoard('mps2-an386');
const { folder: networkDir } = generateNetwork(DEFAULT_MODEL, join(folder, 'network'), {
  ramBytes: board.modelArenaBytes,
  target: { backend: backendOf(board), optimize: 'balanced' },
});
const { elfPath } = await buildFirmware({
  board,
  networkDir,
  image: 'app',
  frontEnd: 'uart',
  outDir: join(folder, 'image'),
});
const desk = await virtualDesk(board, elfPath);
try {
  const only = process.argv.slice(2);
  const report = await runBench({
    bench: desk.map,
    long: false,
    ...(only.length === 0 ? {} : { only }),
    onLine: (_, line) => process.stderr.write(`${line}\n`),
  });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'report.html'), hilHtml(report));
  const { tests, measurements, faults, samples, totalMs } = report;
  process.stdout.write(
    `${JSON.stringify({ tests, measurements, faults, samples, totalMs }, null, 2)}\n`,
  );
  if (tests.failed > 0) process.exitCode = 4;
} finally {
  await desk.close();
}
