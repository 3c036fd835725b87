/** One emulated device through link, monitor and browser: how old a sample is when it is on the screen, and how steady frames come. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startMonitor } from '../../host/monitor/server.js';
import { openLink } from '../../host/serial/link.js';
import { socketTransport } from '../../host/serial/socket-transport.js';
import { SEGMENT_NAMES } from '../../host/serial/test-device.js';
import { linePath, sharedTick } from '../link/device-farm.js';
import { startFarm } from '../link/many-devices.js';
import { quantiles, type Quantiles } from '../quantiles.js';
import { TAKE, WATCH, type Watched } from './in-page.js';

export interface StreamingFigures {
  readonly seconds: number;
  /** From the taking of a sample to the end of the frame that shows it, over all samples. */
  readonly latencyMs: Quantiles;
  readonly frameMs: Quantiles;
  readonly framesPerSecond: number;
  readonly firstContentfulPaintMs: number;
}

const SAMPLE_MS = 2;
const WARM_UP_MS = 3000;
const TICKS = 2 ** 32;

export async function measureStreaming(
  browser: Browser,
  seconds: number,
): Promise<StreamingFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-page-'));
  const farm = await startFarm(folder, 1);
  const monitor = await startMonitor();
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  /** When the first sample of each frame was taken, by its index: microseconds of the shared clock. */
  const taken = new Map<number, number>();
  const link = openLink({
    transport: socketTransport({ path: linePath(folder, 0) }),
    segmentNames: SEGMENT_NAMES,
  });
  try {
    link.on((event) => monitor.publish(event));
    link.onMessage((message) => {
      if (message.kind === 'SAMPLES') taken.set(message.firstSampleIndex, message.deviceTick);
    });
    await link.hello();
    await page.addInitScript(WATCH);
    await page.goto(monitor.url);
    await page.waitForSelector('#why .headline');
    await page.waitForTimeout(WARM_UP_MS);
    await page.evaluate(TAKE);
    // The browser has the wall clock, the devices a steady one that all processes share.
    const wallOfTickMs = Date.now() - sharedTick() / 1000;
    await page.waitForTimeout(seconds * 1000);
    const { drawn, frameMs } = await page.evaluate<Watched>(TAKE);
    const latency = drawn.flatMap(([first, atMs]) => {
      const tick = taken.get(first);
      if (tick === undefined) return [];
      const age = (((atMs - wallOfTickMs) * 1000 - tick) % TICKS) / 1000;
      return Array.from({ length: 10 }, (_unused, k) => age - k * SAMPLE_MS);
    });
    const paint = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0].startTime",
    );
    return {
      seconds,
      latencyMs: quantiles(latency),
      frameMs: quantiles(frameMs),
      framesPerSecond: frameMs.length / (frameMs.reduce((sum, ms) => sum + ms, 0) / 1000),
      firstContentfulPaintMs: paint,
    };
  } finally {
    await page.close();
    await link.close();
    await monitor.close();
    farm.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}
