/**
 * `npm run screenshot`: docs/images/*.png, the pictures of the README, from a real run: the default network on the emulated
 * Cortex-M4 explains the synthetic patient, and Chromium photographs the page.
 */
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { CHROMIUM, LAUNCH_ARGS } from '../bench/page/chromium.js';
import { packageRoot } from '../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../host/cli/network.js';
import { runCommand } from '../host/monitor/page-command.js';
import { startMonitor } from '../host/monitor/server.js';
import { toAcquisition } from '../host/records/acquisition.js';
import { DEFAULT_PATIENT } from '../host/records/synthetic/files.js';
import { synthesizePatient } from '../host/records/synthetic/patient.js';
import { startSession, type Session } from '../host/session/session.js';
import { backendOf, loadBoard } from '../host/toolchain/board.js';
import { buildFirmware } from '../host/toolchain/build-firmware.js';

const RESULTS_BEFORE_THE_PICTURE = 3;

async function photograph(page: Page, name: string): Promise<void> {
  const path = join(packageRoot(), 'docs', 'images', `${name}.png`);
  await page.screenshot({ path });
  process.stdout.write(`${path}\n`);
}

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
let session: Session | undefined;
const monitor = await startMonitor({
  onCommand: async (command) =>
    session === undefined ? undefined : await runCommand(session.commands, command),
});
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
  session = await startSession({
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
    await photograph(page, 'bedside');
    await page.click('#pin');
    await page.click('#review-toggle');
    for (let back = 0; back < RESULTS_BEFORE_THE_PICTURE; back += 1) {
      await page.click('#review-previous');
    }
    await page.waitForTimeout(500);
    await page.click('#compare-open');
    await photograph(page, 'compare');
    await page.click('#compare-close');
    await page.click('#review-toggle');
    await page.click('#engineer-open');
    await page.waitForTimeout(1500);
    await photograph(page, 'engineer');
    await page.click('#engineer-close');
    await page.setViewportSize({ width: 420, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.waitForTimeout(500);
    await photograph(page, 'phone');
  } finally {
    await session.close();
  }
} finally {
  await browser.close();
  await monitor.close();
}
