/**
 * `npm run screenshot`: docs/images/bedside.png, the picture of the README, from a real run: the default network on the emulated
 * Cortex-M4 explains the synthetic patient, and Chromium photographs the page.
 */
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM, LAUNCH_ARGS } from '../bench/page/chromium.js';
import { packageRoot } from '../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../host/cli/network.js';
import { startMonitor } from '../host/monitor/server.js';
import { toAcquisition } from '../host/records/acquisition.js';
import { DEFAULT_PATIENT } from '../host/records/synthetic/files.js';
import { synthesizePatient } from '../host/records/synthetic/patient.js';
import { startSession } from '../host/session/session.js';
import { backendOf, loadBoard } from '../host/toolchain/board.js';
import { buildFirmware } from '../host/toolchain/build-firmware.js';

const RESULTS_BEFORE_THE_PICTURE = 3;

const board = await loadBoard('mps2-an386');
const network = generateNetwork(DEFAULT_MODEL, undefined, {
  target: { backend: backendOf(board), optimize: 'balanced' },
});
const image = await buildFirmware({
  board,
  networkDir: network.folder,
  image: 'app',
  frontEnd: 'uart',
  outDir: join(packageRoot(), 'build', 'firmware', `${board.name}-uart`),
});
const monitor = await startMonitor();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...LAUNCH_ARGS] });
const abort = new AbortController();
try {
  const page = await browser.newPage({
    viewport: { width: 1600, height: 1000 },
    colorScheme: 'dark',
  });
  await page.goto(monitor.url);
  let explained = 0;
  let enough: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const session = await startSession({
    board,
    elfPath: image.elfPath,
    frontEnd: 'uart',
    microvolt: toAcquisition(synthesizePatient(DEFAULT_PATIENT).record).microvolt,
    speed: 1,
    onEvent: (event) => {
      monitor.publish(event);
      if (event.kind === 'explanation') explained += 1;
      if (explained === RESULTS_BEFORE_THE_PICTURE) enough();
    },
    signal: abort.signal,
  });
  session.finished.catch(() => undefined);
  try {
    await ready;
    // The page draws the explanation with its next frame.
    await page.waitForTimeout(1000);
    const path = join(packageRoot(), 'docs', 'images', 'bedside.png');
    await page.screenshot({ path });
    process.stdout.write(`${path}\n`);
  } finally {
    await session.close();
  }
} finally {
  await browser.close();
  await monitor.close();
}
