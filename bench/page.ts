/** The bedside page in a real browser: age of a sample on the screen, frames, first paint, size, heap over hours, accessibility. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser } from 'playwright-core';
import { builtPageDir } from '../host/monitor/page-server.js';
import { startMonitor } from '../host/monitor/server.js';
import { synthetic } from '../host/monitor/synthetic-events.js';
import { textTable } from '../host/report/text.js';
import { CHROMIUM, LAUNCH_ARGS } from './page/chromium.js';
import { measureDay, type DayFigures } from './page/day.js';
import { measureStreaming, type StreamingFigures } from './page/streaming.js';
import type { Quantiles } from './quantiles.js';

export interface AccessibilityViolation {
  readonly scheme: 'dark' | 'light';
  readonly rule: string;
  readonly help: string;
  readonly places: number;
}

export interface PageReport {
  readonly streaming: StreamingFigures;
  readonly day: DayFigures;
  /** Everything that the page loads, each file compressed by itself. */
  readonly gzipKilobytes: number;
  readonly accessibilityViolations: readonly AccessibilityViolation[];
}

export async function benchPage(options: {
  readonly seconds: number;
  readonly hours: number;
}): Promise<PageReport> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...LAUNCH_ARGS] });
  try {
    return {
      streaming: await measureStreaming(browser, options.seconds),
      accessibilityViolations: await accessibilityViolations(browser),
      gzipKilobytes: gzipKilobytes(),
      day: await measureDay(browser, options.hours),
    };
  } finally {
    await browser.close();
  }
}

/** After axe-core's rules for WCAG 2 A and AA and its best practices, with a result on the page. */
export async function accessibilityViolations(
  browser: Browser,
  pageDir?: string,
): Promise<AccessibilityViolation[]> {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const monitor = await startMonitor(pageDir === undefined ? {} : { pageDir });
  const violations: AccessibilityViolation[] = [];
  try {
    for (const scheme of ['dark', 'light'] as const) {
      const page = await browser.newPage({ colorScheme: scheme });
      for (const event of [synthetic.hello(), synthetic.samples(0, 5000), synthetic.signal()]) {
        monitor.publish(event);
      }
      monitor.publish(synthetic.result(1));
      monitor.publish(synthetic.explanation(1));
      await page.goto(monitor.url);
      await page.waitForSelector('#why .headline');
      await page.evaluate(axe);
      const found = await page.evaluate<{
        violations: { id: string; help: string; nodes: unknown[] }[];
      }>('axe.run()');
      for (const { id, help, nodes } of found.violations) {
        violations.push({ scheme, rule: id, help, places: nodes.length });
      }
      await page.close();
    }
  } finally {
    await monitor.close();
  }
  return violations;
}

function gzipKilobytes(): number {
  const folder = builtPageDir();
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => extname(name) !== '')
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length / 1e3, 0);
}

export function pageText(report: PageReport): string {
  const { streaming, day } = report;
  const row = (name: string, { median, p99, most, count }: Quantiles): string[] => [
    name,
    ...[median, p99, most].map((value) => value.toFixed(1)),
    String(count),
  ];
  const { start, middle, end } = day.heapMegabytes;
  const violations = report.accessibilityViolations.map(
    ({ scheme, rule, help, places }) => `  ${scheme}: ${rule} (${help}), ${places} places\n`,
  );
  return [
    textTable(
      ['milliseconds', 'median', '99 %', 'most', 'of'],
      [row('age of a sample on the screen', streaming.latencyMs), row('frame', streaming.frameMs)],
    ),
    `\n${streaming.framesPerSecond.toFixed(1)} frames a second; first paint after ${streaming.firstContentfulPaintMs.toFixed(0)} ms; `,
    `${report.gzipKilobytes.toFixed(1)} kB compressed\n`,
    `heap over ${day.hours} h of signal: ${[start, middle, end].map((mb) => mb.toFixed(1)).join(' → ')} MB\n`,
    `accessibility: ${report.accessibilityViolations.length} violations\n`,
    ...violations,
  ].join('');
}
