/** A browser, a monitor and a page for each test, and what the tests ask of them. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { CHROMIUM, LAUNCH_ARGS } from '../../../bench/page/chromium.js';
import { IsochroneError } from '../../../codegen/errors.js';
import type { PageCommand } from '../../../host/monitor/page-command.js';
import { startMonitor, type Monitor } from '../../../host/monitor/server.js';
import { synthetic } from '../../../host/monitor/synthetic-events.js';

export const ARTIFACTS = join(process.cwd(), 'build', 'artifacts');
/** Each test file builds into a folder of its own: two may run at once. */
export const PAGE_DIR = join(process.cwd(), 'build', `page-test-${process.pid}`);
/** Why there is nothing to test with; empty where there is. */
export const NO_BROWSER =
  !existsSync(CHROMIUM) && process.env['CI'] === undefined ? ` (skipped: no ${CHROMIUM})` : '';

class PageBench {
  monitor!: Monitor;
  page!: Page;
  complaints: string[] = [];
  asked: PageCommand[] = [];
  /** The image file that was given last. */
  firmware: Uint8Array | undefined;

  /** A device that has one setting and refuses to be restarted. */
  readonly onCommand = (command: PageCommand): Promise<unknown> => {
    this.asked.push(command);
    if (command.name === 'reboot') {
      throw new IsochroneError('DEVICE_REFUSED', 'the device refuses REBOOT: another_run', {
        hint: '',
      });
    }
    return Promise.resolve(
      command.name === 'settings'
        ? { settings: { result_interval_ms: { value: 2500, least: 500, most: 60_000 } } }
        : command.name === 'layer-times'
          ? { layerMicroseconds: [1500, 4500] }
          : { said: `did ${command.name}` },
    );
  };

  /** A device that has streamed `seconds`, but for the gaps, and has explained one window. */
  publishRun(seconds: number, gaps: readonly [first: number, count: number][] = []): void {
    this.monitor.publish(synthetic.hello());
    this.monitor.publish({ kind: 'link', state: 'streaming', detail: '' });
    const inGap = (i: number): boolean => gaps.some(([first, n]) => i >= first && i < first + n);
    for (let first = 0; first < seconds * 500; first += 10) {
      const gap = gaps.find(([start]) => start === first);
      if (gap !== undefined) {
        this.monitor.publish({
          kind: 'gap',
          firstSampleIndex: first,
          sampleCount: gap[1],
          cause: 'link',
        });
      }
      if (!inGap(first)) this.monitor.publish(synthetic.samples(first, 10));
      if (first % 400 === 390) this.monitor.publish(synthetic.beat((first - 390) / 400));
    }
    this.monitor.publish(synthetic.result(1));
    this.monitor.publish(synthetic.explanation(1));
  }

  /** Keeps samples coming, ten times a second, until told to stop. */
  keepStreaming(fromSample: number, { beats = true, timesRealTime = 1 } = {}): () => void {
    let next = fromSample;
    const timer = setInterval(() => {
      this.monitor.publish(synthetic.samples(next, 50 * timesRealTime));
      next += 50 * timesRealTime;
      if (beats && next % 400 === 0) this.monitor.publish(synthetic.beat(next / 400 - 1));
    }, 100);
    return () => {
      clearInterval(timer);
    };
  }

  /** Share of the pixels of the sweep's left column of leads, in `bins` bins from left to right: trace, and hatch. */
  async inkByColumn(bins: number): Promise<{ trace: number; hatch: number }[]> {
    // As text: it runs in the page, whose DOM types this side does not have. Colours are those of the dark theme.
    return this.page.evaluate(`(() => {
      const canvas = document.querySelector('#sweep-trace');
      const left = Math.round(46 * devicePixelRatio), top = 20;
      const width = Math.floor(canvas.width / 2) - left, height = canvas.height - top;
      const { data } = canvas.getContext('2d').getImageData(left, top, width, height);
      const bins = Array.from({ length: ${bins} }, () => ({ trace: 0, hatch: 0 }));
      const share = ${bins} / (width * height);
      for (let p = 0; p < data.length; p += 4) {
        if (data[p + 3] < 60) continue;
        const bin = bins[Math.floor((((p / 4) % width) / width) * ${bins})];
        if (data[p + 1] > 190) bin.trace += share;
        // The attribution strips have other colours: #66788a and what its smoothed edges come near to.
        else if ([102, 120, 138].every((part, c) => Math.abs(data[p + c] - part) < 40)) bin.hatch += share;
      }
      return bins;
    })()`);
  }

  async inkedShare(id: string): Promise<number> {
    return this.page.evaluate(`(() => {
      const canvas = document.querySelector('#${id}');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let inked = 0;
      for (let p = 3; p < data.length; p += 4) if (data[p] > 0) inked += 1;
      return inked / (data.length / 4);
    })()`);
  }
}

/** Hooks of the describe block that calls it; no test leaves an error in the browser's console or fetches from elsewhere. */
export function pageBench(): PageBench & { readonly browser: () => Browser } {
  let browser: Browser;
  const bench = Object.assign(new PageBench(), { browser: () => browser });
  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    await build({
      configFile: join(process.cwd(), 'host', 'monitor', 'page', 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: PAGE_DIR },
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...LAUNCH_ARGS] });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(PAGE_DIR, { recursive: true, force: true });
  });
  beforeEach(async () => {
    bench.monitor = await startMonitor({
      pageDir: PAGE_DIR,
      onCommand: bench.onCommand,
      onFirmware: (bytes) => {
        bench.firmware = bytes;
        return Promise.resolve({ said: 'runs 1.1.0' });
      },
    });
    bench.complaints = [];
    bench.asked = [];
    bench.page = await browser.newPage({
      viewport: { width: 1600, height: 1000 },
      colorScheme: 'dark',
    });
    bench.page.on('console', (message) => {
      // The page of a monitor that has gone tries again, and the browser notes each failure itself.
      const reconnecting = message.text().includes('ERR_CONNECTION_REFUSED');
      if (message.type() === 'error' && !reconnecting) bench.complaints.push(message.text());
    });
    bench.page.on('pageerror', (error) => bench.complaints.push(error.message));
    bench.page.on('request', (request) => {
      if (!request.url().startsWith(bench.monitor.url)) {
        bench.complaints.push(`fetched ${request.url()}`);
      }
    });
  });
  afterEach(async () => {
    await bench.page.close();
    await bench.monitor.close();
    expect(bench.complaints).toEqual([]);
  });
  return bench;
}
