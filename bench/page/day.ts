/** Hours of signal in accelerated time: what the page keeps afterwards. */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { progress } from '../../host/cli/progress.js';
import { startMonitor } from '../../host/monitor/server.js';
import { synthetic } from '../../host/monitor/synthetic-events.js';
import { RECEIVED, TAKE, WATCH } from './in-page.js';

export interface DayFigures {
  readonly hours: number;
  /** After a collection: when the page's half hour had filled up, in the middle, and at the end. */
  readonly heapMegabytes: { readonly start: number; readonly middle: number; readonly end: number };
}

const RATE_HZ = 500;
const RESULT_EVERY_S = 5;
/** What the page can look back upon is full after half an hour. */
const FULL_HOURS = 0.55;
/** Of signal in one message. */
const RUN_S = 60;

/** @param hours at least one */
export async function measureDay(browser: Browser, hours: number): Promise<DayFigures> {
  const monitor = await startMonitor();
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  const bar = progress('hours');
  try {
    await page.addInitScript(WATCH);
    await page.goto(monitor.url);
    const inspector = await page.context().newCDPSession(page);
    monitor.publish(synthetic.hello());
    monitor.publish({ kind: 'link', state: 'streaming', detail: '' });
    const marks = [FULL_HOURS, (FULL_HOURS + hours) / 2, hours].map(
      (h) => Math.floor((h * 3600) / RUN_S) * RUN_S,
    );
    const heap: number[] = [];
    for (let second = 0; second < hours * 3600; second += RUN_S) {
      // One run at a time: the monitor leaves samples out for a page that is further behind.
      monitor.publish(synthetic.samples(second * RATE_HZ, RUN_S * RATE_HZ));
      for (let s = second; s < second + RUN_S; s += 1) {
        monitor.publish(synthetic.beat(s));
        if (s % RESULT_EVERY_S !== 0) continue;
        monitor.publish(synthetic.result(s / RESULT_EVERY_S));
        monitor.publish(synthetic.explanation(s / RESULT_EVERY_S));
      }
      await reached(page, second);
      // What was noted for latencies would grow.
      await page.evaluate(TAKE);
      bar.update(Math.floor(second / 3600), hours, 'hour');
      if (marks.includes(second + RUN_S)) heap.push(await heapMegabytes(inspector));
    }
    bar.finish(`${hours} h`);
    const [start = NaN, middle = NaN, end = NaN] = heap;
    return { hours, heapMegabytes: { start, middle, end } };
  } finally {
    await page.close();
    await monitor.close();
  }
}

async function reached(page: Page, second: number): Promise<void> {
  while ((await page.evaluate<number>(RECEIVED)) < second * RATE_HZ) await page.waitForTimeout(1);
}

async function heapMegabytes(inspector: CDPSession): Promise<number> {
  await inspector.send('HeapProfiler.collectGarbage');
  const { usedSize } = await inspector.send('Runtime.getHeapUsage');
  return usedSize / 1e6;
}
