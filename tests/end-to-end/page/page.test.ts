/**
 * The built page in a real browser, fed with synthetic events through the real server.
 * Without Chromium the tests are skipped on a desk, and fail where CI is set.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IsochroneError } from '../../../codegen/errors.js';
import { SEGMENT_NAMES } from '../../../host/cineecg/geometry.js';
import type { PageCommand } from '../../../host/monitor/page-command.js';
import { startMonitor, type Monitor } from '../../../host/monitor/server.js';
import { synthetic } from '../../../host/monitor/synthetic-events.js';
import { parseEdf } from '../../../host/records/edf.js';
import { CHROMIUM, LAUNCH_ARGS } from '../../../bench/page/chromium.js';

const PAGE_DIR = join(process.cwd(), 'build', 'page-test');
const ARTIFACTS = join(process.cwd(), 'build', 'artifacts');
const absent = !existsSync(CHROMIUM) && process.env['CI'] === undefined;

describe.skipIf(absent)(`the page in Chromium${absent ? ` (skipped: no ${CHROMIUM})` : ''}`, () => {
  let browser: Browser;
  let monitor: Monitor;
  let page: Page;
  let complaints: string[];
  let asked: PageCommand[] = [];
  /** A device that has one setting and refuses to be restarted. */
  const onCommand = (command: PageCommand): Promise<unknown> => {
    asked.push(command);
    if (command.name === 'reboot') {
      throw new IsochroneError('DEVICE_REFUSED', 'the device refuses REBOOT: another_run', {
        hint: '',
      });
    }
    return Promise.resolve(
      command.name === 'settings'
        ? { settings: { result_interval_ms: { value: 2500, least: 500, most: 60_000 } } }
        : { said: `did ${command.name}` },
    );
  };

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
  });

  beforeEach(async () => {
    monitor = await startMonitor({ pageDir: PAGE_DIR, onCommand });
    complaints = [];
    page = await browser.newPage({
      viewport: { width: 1600, height: 1000 },
      colorScheme: 'dark',
    });
    page.on('console', (message) => {
      // The page of a monitor that has gone tries again, and the browser notes each failure itself.
      const reconnecting = message.text().includes('ERR_CONNECTION_REFUSED');
      if (message.type() === 'error' && !reconnecting) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(monitor.url)) complaints.push(`fetched ${request.url()}`);
    });
  });
  afterEach(async () => {
    await page.close();
    await monitor.close();
    expect(complaints).toEqual([]);
  });

  /** A device that has streamed `seconds`, but for the gaps, and has explained one window. */
  function publishRun(seconds: number, gaps: readonly [first: number, count: number][] = []): void {
    monitor.publish(synthetic.hello());
    monitor.publish({ kind: 'link', state: 'streaming', detail: '' });
    const inGap = (i: number): boolean => gaps.some(([first, n]) => i >= first && i < first + n);
    for (let first = 0; first < seconds * 500; first += 10) {
      const gap = gaps.find(([start]) => start === first);
      if (gap !== undefined) {
        monitor.publish({
          kind: 'gap',
          firstSampleIndex: first,
          sampleCount: gap[1],
          cause: 'link',
        });
      }
      if (!inGap(first)) monitor.publish(synthetic.samples(first, 10));
      if (first % 400 === 390) monitor.publish(synthetic.beat((first - 390) / 400));
    }
    monitor.publish(synthetic.result(1));
    monitor.publish(synthetic.explanation(1));
  }

  /** Keeps samples coming, ten times a second, until told to stop. */
  function keepStreaming(fromSample: number, { beats = true, timesRealTime = 1 } = {}): () => void {
    let next = fromSample;
    const timer = setInterval(() => {
      monitor.publish(synthetic.samples(next, 50 * timesRealTime));
      next += 50 * timesRealTime;
      if (beats && next % 400 === 0) monitor.publish(synthetic.beat(next / 400 - 1));
    }, 100);
    return () => {
      clearInterval(timer);
    };
  }

  /** Share of the pixels of the sweep's left column of leads, in `bins` bins from left to right: trace, and hatch. */
  async function inkByColumn(bins: number): Promise<{ trace: number; hatch: number }[]> {
    // As text: it runs in the page, whose DOM types this side does not have. Colours are those of the dark theme.
    return page.evaluate(`(() => {
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

  async function inkedShare(id: string): Promise<number> {
    return page.evaluate(`(() => {
      const canvas = document.querySelector('#${id}');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let inked = 0;
      for (let p = 3; p < data.length; p += 4) if (data[p] > 0) inked += 1;
      return inked / (data.length / 4);
    })()`);
  }

  it('shows the state of the signal, the measured beat, and why a result is not explained', async () => {
    publishRun(11);
    monitor.publish(synthetic.signal());
    monitor.publish(synthetic.measurement(12));
    monitor.publish(synthetic.medianBeat(12));
    await page.goto(monitor.url);
    const stop = keepStreaming(5500);
    try {
      await page.waitForSelector('#intervals dd');
      await page.waitForTimeout(600);
      const status = async (): Promise<string> => page.innerText('#status');
      expect(await status()).toMatch(/Electrodes\s+all on\s+Signal\s+readable\s+Mains\s+50\.02 Hz/);
      expect(await page.innerText('#intervals')).toMatch(
        /PR\s+166 ms[^]*QTc \(Fridericia\)\s+435 ms/,
      );
      expect(await inkedShare('median')).toBeGreaterThan(0.01);
      expect(await page.getAttribute('#median', 'aria-label')).toContain('QT 404 ms');

      const { electrodes } = synthetic.signal();
      monitor.publish(synthetic.signal({ electrodes: { ...electrodes, V2: 'off' } }));
      monitor.publish(synthetic.result(2));
      monitor.publish({ kind: 'withheld', resultId: 2, reason: 'lead_off' });
      await page.waitForSelector('#alarm.low:not([hidden])');
      expect(await page.innerText('#alarm')).toContain('Electrode off: V2');
      expect(await status()).toMatch(/Electrodes\s+V2 off/);
      expect(await page.innerText('#why')).toContain(
        'Not explained: an electrode was off in this window',
      );
      expect(await page.innerText('#why')).toContain('maps shown are those of result 1');
      await page.screenshot({ path: join(ARTIFACTS, 'page-lead-off.png') });

      // A client that comes now is told the same at once.
      await page.reload();
      await page.waitForSelector('#alarm.low:not([hidden])');
      await page.waitForSelector('#intervals dd');
      expect(await page.innerText('#why')).toContain('an electrode was off in this window');
    } finally {
      stop();
    }
  }, 30_000);

  it('shows every area of an explained result, live', async () => {
    publishRun(11);
    await page.goto(monitor.url);
    const stop = keepStreaming(5500);
    try {
      await page.waitForSelector('#why .headline');
      await page.waitForTimeout(1500);
      const why = await page.innerText('#why');
      expect(why).toContain('MI 0.87: the evidence points to mid anteroseptal');
      expect(why).toContain('V2 QRS +0.41');
      expect(why).toContain('12 % of the evidence is residual');
      expect(why).toContain("adjoint by direction (this project), not the paper's formula");
      expect(why).toContain('Generic anatomy');
      expect(await page.innerText('.research')).toContain('not a medical device');
      const status = await page.innerText('#status');
      expect(status).toContain('isochrone-default 1badcafe');
      expect(status).toContain('streaming');
      expect(status).toMatch(/HR\s+75 \/min/);
      expect(await page.locator('.class.winner').innerText()).toContain('MI');
      expect(await page.locator('.class').count()).toBe(5);
      expect(await page.getAttribute('#bulls-eye', 'aria-label')).toContain('mid anteroseptal');
      expect(await page.isHidden('#alarm')).toBe(true);
      expect(await page.isHidden('#veil')).toBe(true);
      for (const id of ['beat', 'heart-frontal', 'heart-sagittal', 'heart-transverse']) {
        const inked = await inkedShare(id);
        expect(inked, id).toBeGreaterThan(0.1);
      }
      await page.screenshot({ path: join(ARTIFACTS, 'page-infarct.png') });
    } finally {
      stop();
    }
  });

  it('hatches a gap and draws no trace into it', async () => {
    // The sweep of 1600 pixels is some 6 s; a gap of 0.6 s ending 1 s before the newest sample is in sight.
    publishRun(10, [[4200, 300]]);
    await page.goto(monitor.url);
    await page.waitForSelector('#why .headline');
    await page.waitForTimeout(300);
    const bins = await inkByColumn(40);
    // One-pixel lines every 8 pixels ink an eighth, more with the smoothing of edges.
    const hatched = bins.filter(({ hatch }) => hatch > 0.08);
    expect(hatched.length).toBeGreaterThanOrEqual(2);
    expect(hatched.length).toBeLessThanOrEqual(8);
    // At its edges a bin holds a little of both.
    const inside = bins.filter((bin, i) =>
      [bins[i - 1], bin, bins[i + 1]].every((each) => (each?.hatch ?? 0) > 0.04),
    );
    expect(inside.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...inside.map(({ trace }) => trace))).toBe(0);
    expect(bins.filter(({ trace }) => trace > 0.004).length).toBeGreaterThanOrEqual(28);
    expect(await page.innerText('#status')).toMatch(/Lost in 1 min\s+6\.00 %/);
    const stop = keepStreaming(5000);
    await page.waitForSelector('#alarm.low');
    await page.screenshot({ path: join(ARTIFACTS, 'page-gap.png') });
    stop();
    expect(await page.innerText('#alarm')).toContain('More than 1 %');
  });

  it('without a gap hatches nothing', async () => {
    publishRun(10);
    await page.goto(monitor.url);
    await page.waitForSelector('#why .headline');
    await page.waitForTimeout(300);
    const bins = await inkByColumn(40);
    expect(Math.max(...bins.map(({ hatch }) => hatch))).toBeLessThan(0.01);
    expect(bins.filter(({ trace }) => trace > 0.004).length).toBeGreaterThanOrEqual(35);
  });

  it('raises an alarm and takes the trace away when samples stop, and brings it back', async () => {
    publishRun(10);
    await page.goto(monitor.url);
    const stopFirst = keepStreaming(5000);
    await page.waitForSelector('#why .headline');
    await page.waitForSelector('#alarm', { state: 'hidden' });
    stopFirst();
    await page.waitForSelector('#alarm:not([hidden])');
    expect(await page.innerText('#alarm')).toContain('No samples from the device');
    expect(await page.getAttribute('#alarm', 'class')).toContain('medium');
    expect(await page.innerText('#veil')).toContain('No live signal');
    const visibility = (): Promise<string> =>
      page.evaluate("getComputedStyle(document.querySelector('#sweep-trace')).visibility");
    expect(await visibility()).toBe('hidden');
    expect(await page.innerText('#status')).toMatch(/HR\s+– \/min\s+Link\s+stale/);
    await page.screenshot({ path: join(ARTIFACTS, 'page-stale.png') });
    const stop = keepStreaming(25_000);
    await page.waitForSelector('#alarm', { state: 'hidden' });
    stop();
    expect(await visibility()).toBe('visible');
  });

  it('opened late on a dead link does not take the old samples for live ones', async () => {
    publishRun(2);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await page.goto(monitor.url);
    await page.waitForSelector('#alarm:not([hidden])');
    // Counted from the page's own start it would be 2 s.
    expect(
      Number(/last sample ([\d.]+) s/.exec(await page.innerText('#alarm'))?.[1]),
    ).toBeGreaterThan(4);
    expect(await page.innerText('#veil')).toContain('No live signal');
  });

  it('says that a record has ended, without an alarm', async () => {
    publishRun(4);
    monitor.publish({ kind: 'end', sampleCount: 2000 });
    await page.goto(monitor.url);
    await page.waitForSelector('#veil:not([hidden])');
    await page.waitForTimeout(2500);
    expect(await page.innerText('#veil')).toContain('Record ended');
    expect(await page.isHidden('#alarm')).toBe(true);
  });

  it('goes back to a past moment, marks it, compares it, and keeps going meanwhile', async () => {
    publishRun(11);
    await page.goto(monitor.url);
    const stop = keepStreaming(5500);
    try {
      await page.waitForSelector('#why .headline');
      await page.click('#pin');
      await page.waitForTimeout(1200);
      const before = await page.innerText('#review-when');
      expect(before).toContain('live');
      monitor.publish(synthetic.result(2));
      const segmentScores = [0.4, ...new Array<number>(20).fill(0.03)];
      monitor.publish({ ...synthetic.explanation(2), segmentScores });
      await expect.poll(() => page.innerText('#why')).toContain('Result 2');
      await page.click('#compare-open');
      expect(await page.innerText('#compare-changes')).toMatch(/Share of basal anterior\s+0\.\d\d/);
      await page.screenshot({ path: join(ARTIFACTS, 'page-compare.png') });
      await page.click('#compare-close');

      await page.click('#review-toggle');
      await page.click('#review-previous');
      await page.click('#review-previous');
      await expect.poll(() => page.innerText('#why')).toContain('Result 1');
      await expect.poll(() => page.innerText('#review-when')).toContain('not live');
      await page.click('#mark button');
      const moment = await page.inputValue('#review-at');
      // The device goes on, the screen stays.
      await page.waitForTimeout(600);
      expect(await page.inputValue('#review-at')).toBe(moment);
      expect(Number(await page.getAttribute('#review-at', 'max'))).toBeGreaterThan(Number(moment));
      await page.screenshot({ path: join(ARTIFACTS, 'page-review.png') });
      await page.click('#review-toggle');
      await expect.poll(() => page.innerText('#why')).toContain('Result 2');
      await expect.poll(() => page.innerText('#review-when')).toContain('live ·');
    } finally {
      stop();
    }
  });

  it('gives what it shows as a picture, as EDF+ with its marks, and as one page of paper', async () => {
    publishRun(11, [[4200, 300]]);
    await page.goto(monitor.url);
    const stop = keepStreaming(5500);
    await page.waitForSelector('#why .headline');
    await page.fill('#mark-text', 'after exercise');
    await page.click('#mark button');
    await expect.poll(() => page.textContent('#log')).toContain('mark: after exercise');
    const fileOf = async (format: string): Promise<Buffer> => {
      const download = page.waitForEvent('download');
      await page.click('#export summary');
      await page.click(`#export button[value=${format}]`);
      return readFileSync(await (await download).path());
    };
    const picture = await fileOf('png');
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    expect(picture.length).toBeGreaterThan(100_000);
    writeFileSync(join(ARTIFACTS, 'page-export.png'), picture);
    const record = parseEdf(await fileOf('edf'), 'exported');
    const missing = Array.from(record.leads[0]?.microvolt ?? [], Number.isNaN);
    const from = missing.indexOf(true);
    expect([missing.lastIndexOf(true) - from + 1, missing.filter(Boolean).length]).toEqual([
      300, 300,
    ]);
    expect(record.annotations?.map(({ label }) => label)).toContain('after exercise');
    const paper = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    writeFileSync(join(ARTIFACTS, 'page-report.pdf'), paper);
    expect(paper.toString('latin1').match(/\/Type\s*\/Page\b/gu)?.length).toBe(1);
    stop();
  });

  it('names the segment that the host names, for each of the 17 and the right ventricle', async () => {
    publishRun(11);
    await page.goto(monitor.url);
    await page.waitForSelector('#why .headline');
    for (const [segment, name] of SEGMENT_NAMES.entries()) {
      const segmentScores = SEGMENT_NAMES.map((_name, i) => (i === segment ? 0.5 : 0.025));
      monitor.publish(synthetic.result(segment + 2));
      monitor.publish({
        ...synthetic.explanation(segment + 2),
        segmentScores,
        topSegment: segment,
      });
      await expect
        .poll(() => page.innerText('#why .headline'))
        .toBe(`MI 0.87: the evidence points to ${name}`);
      for (const id of ['bulls-eye', 'heart-frontal']) {
        expect(await page.getAttribute(`#${id}`, 'aria-label')).toContain(
          `most evidence in ${name}, 50 %`,
        );
      }
    }
  });

  it('looks back over half an hour, and no further', async () => {
    const RUN_S = 60;
    publishRun(1);
    await page.goto(monitor.url);
    await expect.poll(() => page.getAttribute('#review-at', 'max')).toBe('500');
    for (let second = RUN_S; second < 40 * 60; second += RUN_S) {
      monitor.publish(synthetic.samples(second * 500, RUN_S * 500));
      monitor.publish(synthetic.result(second));
      monitor.publish(synthetic.explanation(second));
      // One run at a time, as fast as the page takes it: it must not be left behind.
      await expect
        .poll(() => page.getAttribute('#review-at', 'max'))
        .toBe(String((second + RUN_S) * 500));
    }
    expect(await page.getAttribute('#review-at', 'min')).toBe(String((40 - 30) * 60 * 500));
    await page.focus('#review-at');
    await page.keyboard.press('Home');
    await page.click('#review-next');
    await expect.poll(() => page.innerText('#why')).toContain('Result 600,');
    expect(await page.innerText('#review-when')).toContain('−29:00 · 11:00 of the device');
    expect(Math.max(...(await inkByColumn(10)).map(({ trace }) => trace))).toBeGreaterThan(0.004);
  }, 60_000);

  it('shows an engineer link and device, and asks the device', async () => {
    asked = [];
    publishRun(11);
    monitor.publish(synthetic.linkStatistics());
    await page.goto(monitor.url);
    await page.waitForSelector('#why .headline');
    await page.click('#engineer-open');
    await expect
      .poll(() => page.innerText('#engineer-link'))
      .toMatch(/Clock drift\s+\+?12\.5 ± 0\.4 ppm/);
    expect(await page.innerText('#engineer-device')).toContain('mps2-an386');
    await page.fill('#settings input', '4000');
    await page.press('#settings input', 'Enter');
    await expect.poll(() => page.innerText('#command-said')).toBe('did set');
    expect(asked.at(-1)).toEqual({ name: 'set', setting: 'result_interval_ms', value: 4000 });
    await page.selectOption('#command-class', { label: 'STTC' });
    await page.click('#commands button[value=explain-class]');
    await expect.poll(() => asked.at(-1)).toEqual({ name: 'explain-class', classIndex: 2 });
    page.once('dialog', (dialog) => void dialog.accept());
    await page.click('#commands button[value=reboot]');
    await expect
      .poll(() => page.innerText('#command-said'))
      .toBe('the device refuses REBOOT: another_run');
    await page.screenshot({ path: join(ARTIFACTS, 'page-engineer.png') });
    // The browser notes a refusal as an error of the network.
    complaints = complaints.filter((text) => !text.includes('status of 400'));
  });

  it('tells alarms about the heart apart from technical ones', async () => {
    publishRun(11);
    await page.goto(monitor.url);
    const stop = keepStreaming(5500, { beats: false, timesRealTime: 4 });
    try {
      await page.waitForSelector('#alarm-heart.high:not([hidden])');
      expect(await page.innerText('#alarm-heart')).toContain('Heart: No heartbeat seen for');
      expect(await page.isHidden('#alarm')).toBe(true);
      await page.screenshot({ path: join(ARTIFACTS, 'page-pause.png') });
      // What cannot be seen is not called a pause.
      const { electrodes } = synthetic.signal();
      monitor.publish(synthetic.signal({ electrodes: { ...electrodes, RA: 'off' } }));
      await page.waitForSelector('#alarm-heart', { state: 'hidden' });
      expect(await page.innerText('#alarm')).toContain('Technical: Electrode off: RA');
    } finally {
      stop();
    }
  });

  it('turns the heart by keyboard and mouse, and back', async () => {
    // Wide enough that no line of the strip wraps when the rate becomes known.
    await page.setViewportSize({ width: 2200, height: 1000 });
    publishRun(11);
    await page.goto(monitor.url);
    // Without samples an alarm would come, and change the picture's size.
    const stop = keepStreaming(5500);
    await page.waitForSelector('#why .headline');
    await page.waitForTimeout(300);
    const picture = (): Promise<string> =>
      page.evaluate("document.querySelector('#heart-frontal').toDataURL()");
    const standard = await picture();
    await page.focus('#heart-frontal');
    await page.keyboard.press('ArrowRight');
    await expect.poll(picture).not.toBe(standard);
    await page.keyboard.press('Escape');
    await expect.poll(picture).toBe(standard);
    const box = (await page.locator('#heart-frontal').boundingBox()) ?? { x: 0, y: 0 };
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 120, box.y + 80, { steps: 4 });
    await page.mouse.up();
    await expect.poll(picture).not.toBe(standard);
    stop();
  });

  it('raises an alarm when the monitor goes, and comes back with it', async () => {
    publishRun(4);
    await page.goto(monitor.url);
    await page.waitForSelector('#why .headline');
    const port = Number(new URL(monitor.url).port);
    await monitor.close();
    await page.waitForSelector('#alarm:not([hidden])');
    expect(await page.innerText('#alarm')).toContain('Connection to the monitor lost');
    monitor = await startMonitor({ pageDir: PAGE_DIR, port });
    publishRun(4);
    const stop = keepStreaming(2000);
    await page.waitForSelector('#alarm', { state: 'hidden' });
    stop();
  });

  it('can be worked from the keyboard, and redraws at another gain', async () => {
    publishRun(10);
    await page.goto(monitor.url);
    await page.waitForSelector('#why .headline');
    await page.waitForTimeout(300);
    const before = await inkByColumn(10);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('gain');
    await page.keyboard.press('ArrowDown');
    expect(await page.inputValue('#gain')).toBe('20');
    await page.waitForTimeout(500);
    const total = (bins: { trace: number }[]): number =>
      bins.reduce((sum, { trace }) => sum + trace, 0);
    expect(total(await inkByColumn(10))).toBeGreaterThan(1.2 * total(before));
  });

  it('is readable on a narrow, light screen', async () => {
    await page.setViewportSize({ width: 420, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    publishRun(10);
    await page.goto(monitor.url);
    const stop = keepStreaming(5000);
    await page.waitForSelector('#why .headline');
    await page.waitForTimeout(800);
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    await page.screenshot({ path: join(ARTIFACTS, 'page-phone.png'), fullPage: true });
    stop();
    expect(overflow).toBe(0);
  });
});
