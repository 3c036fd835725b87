/**
 * The built page in a real browser: what it shows, fed with synthetic events through the real server.
 * Without Chromium the tests are skipped on a desk, and fail where CI is set.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accessibilityViolations } from '../../../bench/page.js';
import { SEGMENT_NAMES } from '../../../host/cineecg/geometry.js';
import { startMonitor } from '../../../host/monitor/server.js';
import { synthetic } from '../../../host/monitor/synthetic-events.js';
import { ARTIFACTS, NO_BROWSER, PAGE_DIR, pageBench } from './page-bench.js';

describe.skipIf(NO_BROWSER !== '')(`the page in Chromium${NO_BROWSER}`, () => {
  const bench = pageBench();

  it('shows the state of the signal, the measured beat, and why a result is not explained', async () => {
    bench.publishRun(11);
    bench.monitor.publish(synthetic.signal());
    bench.monitor.publish(synthetic.measurement(12));
    bench.monitor.publish(synthetic.medianBeat(12));
    await bench.page.goto(bench.monitor.url);
    const stop = bench.keepStreaming(5500);
    try {
      await bench.page.waitForSelector('#intervals dd');
      await bench.page.waitForTimeout(600);
      const status = async (): Promise<string> => bench.page.innerText('#status');
      expect(await status()).toMatch(/Electrodes\s+all on\s+Signal\s+readable\s+Mains\s+50\.02 Hz/);
      expect(await bench.page.innerText('#intervals')).toMatch(
        /PR\s+166 ms[^]*QTc \(Fridericia\)\s+435 ms/,
      );
      expect(await bench.inkedShare('median')).toBeGreaterThan(0.01);
      expect(await bench.page.getAttribute('#median', 'aria-label')).toContain('QT 404 ms');

      const { electrodes } = synthetic.signal();
      bench.monitor.publish(synthetic.signal({ electrodes: { ...electrodes, V2: 'off' } }));
      bench.monitor.publish(synthetic.result(2));
      bench.monitor.publish({ kind: 'withheld', resultId: 2, reason: 'no_beat' });
      await bench.page.waitForSelector('#alarm.low:not([hidden])');
      expect(await bench.page.innerText('#alarm')).toContain('Electrode off: V2');
      expect(await status()).toMatch(/Electrodes\s+V2 off/);
      expect(await bench.page.innerText('#why')).toContain(
        'Not explained: no beat lies wholly inside the window',
      );
      expect(await bench.page.innerText('#why')).toContain('maps shown are those of result 1');
      expect(await bench.page.innerText('#classes')).toContain('MI');
      bench.monitor.publish(synthetic.unanswered(3, 'lead_off'));
      await expect
        .poll(() => bench.page.innerText('#why'))
        .toContain('No answer: an electrode was off in this window');
      // Neither the class of an older window nor its maps stand for this one.
      expect(await bench.page.innerText('#classes')).toBe('');
      expect(await bench.page.innerText('#lead-phase')).toBe('');
      await bench.page.screenshot({ path: join(ARTIFACTS, 'page-lead-off.png') });

      // A client that comes now is told the same at once.
      await bench.page.reload();
      await bench.page.waitForSelector('#alarm.low:not([hidden])');
      await bench.page.waitForSelector('#intervals dd');
      expect(await bench.page.innerText('#why')).toContain('an electrode was off in this window');
    } finally {
      stop();
    }
  }, 30_000);

  it('shows every area of an explained result, live', async () => {
    bench.publishRun(11);
    await bench.page.goto(bench.monitor.url);
    const stop = bench.keepStreaming(5500);
    try {
      await bench.page.waitForSelector('#why .headline');
      await bench.page.waitForTimeout(1500);
      const why = await bench.page.innerText('#why');
      expect(why).toContain('MI 0.87: the evidence points to mid anteroseptal');
      expect(why).toContain('V2 QRS +0.41');
      expect(why).toContain('12 % of the evidence is residual');
      expect(why).toContain("adjoint by direction (this project), not the paper's formula");
      expect(why).toContain('Generic anatomy');
      expect(await bench.page.innerText('.research')).toContain('not a medical device');
      const status = await bench.page.innerText('#status');
      expect(status).toContain('isochrone-default 1badcafe');
      expect(status).toContain('streaming');
      expect(status).toMatch(/HR\s+75 \/min/);
      expect(await bench.page.locator('.class.winner').innerText()).toContain('MI');
      expect(await bench.page.locator('.class').count()).toBe(5);
      expect(await bench.page.getAttribute('#bulls-eye', 'aria-label')).toContain(
        'mid anteroseptal',
      );
      expect(await bench.page.isHidden('#alarm')).toBe(true);
      expect(await bench.page.isHidden('#veil')).toBe(true);
      for (const id of ['beat', 'heart-frontal', 'heart-sagittal', 'heart-transverse']) {
        const inked = await bench.inkedShare(id);
        expect(inked, id).toBeGreaterThan(0.1);
      }
      await bench.page.screenshot({ path: join(ARTIFACTS, 'page-infarct.png') });
    } finally {
      stop();
    }
  });

  it('hatches a gap and draws no trace into it', async () => {
    // The sweep of 1600 pixels is some 6 s; a gap of 0.6 s ending 1 s before the newest sample is in sight.
    bench.publishRun(10, [[4200, 300]]);
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#why .headline');
    await bench.page.waitForTimeout(300);
    const bins = await bench.inkByColumn(40);
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
    expect(await bench.page.innerText('#status')).toMatch(/Lost in 1 min\s+6\.00 %/);
    const stop = bench.keepStreaming(5000);
    await bench.page.waitForSelector('#alarm.low');
    await bench.page.screenshot({ path: join(ARTIFACTS, 'page-gap.png') });
    stop();
    expect(await bench.page.innerText('#alarm')).toContain('More than 1 %');
  });

  it('without a gap hatches nothing', async () => {
    bench.publishRun(10);
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#why .headline');
    await bench.page.waitForTimeout(300);
    const bins = await bench.inkByColumn(40);
    expect(Math.max(...bins.map(({ hatch }) => hatch))).toBeLessThan(0.01);
    expect(bins.filter(({ trace }) => trace > 0.004).length).toBeGreaterThanOrEqual(35);
  });

  it('raises an alarm and takes the trace away when samples stop, and brings it back', async () => {
    bench.publishRun(10);
    await bench.page.goto(bench.monitor.url);
    const stopFirst = bench.keepStreaming(5000);
    await bench.page.waitForSelector('#why .headline');
    await bench.page.waitForSelector('#alarm', { state: 'hidden' });
    stopFirst();
    await bench.page.waitForSelector('#alarm:not([hidden])');
    expect(await bench.page.innerText('#alarm')).toContain('No samples from the device');
    expect(await bench.page.getAttribute('#alarm', 'class')).toContain('medium');
    expect(await bench.page.innerText('#veil')).toContain('No live signal');
    const visibility = (): Promise<string> =>
      bench.page.evaluate("getComputedStyle(document.querySelector('#sweep-trace')).visibility");
    expect(await visibility()).toBe('hidden');
    expect(await bench.page.innerText('#status')).toMatch(/HR\s+– \/min\s+Link\s+stale/);
    await bench.page.screenshot({ path: join(ARTIFACTS, 'page-stale.png') });
    const stop = bench.keepStreaming(25_000);
    await bench.page.waitForSelector('#alarm', { state: 'hidden' });
    stop();
    expect(await visibility()).toBe('visible');
  });

  it('opened late on a dead link does not take the old samples for live ones', async () => {
    bench.publishRun(2);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#alarm:not([hidden])');
    // Counted from the page's own start it would be 2 s.
    expect(
      Number(/last sample ([\d.]+) s/.exec(await bench.page.innerText('#alarm'))?.[1]),
    ).toBeGreaterThan(4);
    expect(await bench.page.innerText('#veil')).toContain('No live signal');
  });

  it('says that a record has ended, without an alarm', async () => {
    bench.publishRun(4);
    bench.monitor.publish({ kind: 'end', sampleCount: 2000 });
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#veil:not([hidden])');
    await bench.page.waitForTimeout(2500);
    expect(await bench.page.innerText('#veil')).toContain('Record ended');
    expect(await bench.page.isHidden('#alarm')).toBe(true);
  });

  it('names the segment that the host names, for each of the 17 and the right ventricle', async () => {
    bench.publishRun(11);
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#why .headline');
    for (const [segment, name] of SEGMENT_NAMES.entries()) {
      const segmentScores = SEGMENT_NAMES.map((_name, i) => (i === segment ? 0.5 : 0.025));
      bench.monitor.publish(synthetic.result(segment + 2));
      bench.monitor.publish({
        ...synthetic.explanation(segment + 2),
        segmentScores,
        topSegment: segment,
      });
      await expect
        .poll(() => bench.page.innerText('#why .headline'))
        .toBe(`MI 0.87: the evidence points to ${name}`);
      for (const id of ['bulls-eye', 'heart-frontal']) {
        expect(await bench.page.getAttribute(`#${id}`, 'aria-label')).toContain(
          `most evidence in ${name}, 50 %`,
        );
      }
    }
  });

  it('tells alarms about the heart apart from technical ones', async () => {
    bench.publishRun(11);
    await bench.page.goto(bench.monitor.url);
    const stop = bench.keepStreaming(5500, { beats: false, timesRealTime: 4 });
    try {
      await bench.page.waitForSelector('#alarm-heart.high:not([hidden])');
      expect(await bench.page.innerText('#alarm-heart')).toContain('Heart: No heartbeat seen for');
      expect(await bench.page.isHidden('#alarm')).toBe(true);
      await bench.page.screenshot({ path: join(ARTIFACTS, 'page-pause.png') });
      // What cannot be seen is not called a pause.
      const { electrodes } = synthetic.signal();
      bench.monitor.publish(synthetic.signal({ electrodes: { ...electrodes, RA: 'off' } }));
      await bench.page.waitForSelector('#alarm-heart', { state: 'hidden' });
      expect(await bench.page.innerText('#alarm')).toContain('Technical: Electrode off: RA');
    } finally {
      stop();
    }
  });

  it('raises an alarm when the monitor goes, and comes back with it', async () => {
    bench.publishRun(4);
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#why .headline');
    const port = Number(new URL(bench.monitor.url).port);
    await bench.monitor.close();
    await bench.page.waitForSelector('#alarm:not([hidden])');
    expect(await bench.page.innerText('#alarm')).toContain('Connection to the monitor lost');
    bench.monitor = await startMonitor({ pageDir: PAGE_DIR, port });
    bench.publishRun(4);
    const stop = bench.keepStreaming(2000);
    await bench.page.waitForSelector('#alarm', { state: 'hidden' });
    stop();
  });

  it('is readable on a narrow, light screen', async () => {
    await bench.page.setViewportSize({ width: 420, height: 900 });
    await bench.page.emulateMedia({ colorScheme: 'light' });
    bench.publishRun(10);
    await bench.page.goto(bench.monitor.url);
    const stop = bench.keepStreaming(5000);
    await bench.page.waitForSelector('#why .headline');
    await bench.page.waitForTimeout(800);
    const overflow = await bench.page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    await bench.page.screenshot({ path: join(ARTIFACTS, 'page-phone.png'), fullPage: true });
    stop();
    expect(overflow).toBe(0);
  });

  it('has no violation of the rules of accessibility, dark or light', async () => {
    expect(await accessibilityViolations(bench.browser(), PAGE_DIR)).toEqual([]);
  });
});
