/**
 * The built page in a real browser on signals that are not at rest: a bundle-branch block, a signal that cannot be read, a rate
 * beyond its limits. Without Chromium the tests are skipped on a desk, and fail where CI is set.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { synthetic } from '../../../host/monitor/synthetic-events.js';
import { NO_NOISE } from '../../../host/records/synthetic/noise.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { NO_LESION } from '../../../host/records/synthetic/tissue.js';
import { INDEPENDENT_LEADS } from '../../../host/stream/events.js';
import { ARTIFACTS, NO_BROWSER, pageBench } from './page-bench.js';

describe.skipIf(NO_BROWSER !== '')(`signals on the page in Chromium${NO_BROWSER}`, () => {
  const bench = pageBench();

  it('shows a left bundle-branch block: wide QRS in the traces, its interval, its class', async () => {
    const { record, truth } = synthesizePatient({
      seed: 3,
      durationS: 12,
      heartRateBpm: 70,
      lesion: NO_LESION,
      conduction: 'lbbb',
      noise: NO_NOISE,
    });
    const leads = INDEPENDENT_LEADS.map(
      (name) => record.leads.find((lead) => lead.name === name)?.microvolt ?? new Float64Array(),
    );
    bench.monitor.publish(synthetic.hello());
    bench.monitor.publish({ kind: 'link', state: 'streaming', detail: '' });
    for (let first = 0; first < 6000; first += 50) {
      const microvolt = leads.map((lead) =>
        Array.from(lead.subarray(first, first + 50), Math.round),
      );
      bench.monitor.publish({ kind: 'samples', firstSampleIndex: first, microvolt });
      for (const sampleIndex of truth.rSampleIndices) {
        if (sampleIndex < first || sampleIndex >= first + 50) continue;
        bench.monitor.publish({ ...synthetic.beat(1), sampleIndex, rrMs: 857 });
      }
    }
    bench.monitor.publish({ ...synthetic.measurement(12), qrsMs: 158, heartRatePerMin: 70 });
    bench.monitor.publish(synthetic.medianBeat(12));
    bench.monitor.publish({
      ...synthetic.result(1),
      probabilities: [0.02, 0.2, 0.1, 0.94, 0.05],
      winner: 3,
    });
    bench.monitor.publish({ ...synthetic.explanation(1), classIndex: 3, className: 'CD' });
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#why .headline');
    await expect.poll(() => bench.page.innerText('#intervals')).toMatch(/QRS\s+158 ms/);
    expect(await bench.page.innerText('#why')).toContain('CD 0.94');
    expect(await bench.page.locator('.class.winner').innerText()).toContain('CD');
    await bench.page.screenshot({ path: join(ARTIFACTS, 'page-bundle-branch-block.png') });
    await expect
      .poll(async () => (await bench.inkByColumn(40)).filter(({ trace }) => trace > 0.004).length)
      .toBeGreaterThanOrEqual(35);
  });

  it('says that a signal cannot be read, why, and withholds the answer and the heart’s alarms', async () => {
    bench.publishRun(11);
    await bench.page.goto(bench.monitor.url);
    const stop = bench.keepStreaming(5500, { beats: false });
    try {
      await bench.page.waitForSelector('#why .headline');
      bench.monitor.publish(
        synthetic.signal({
          quality: 'poor',
          leadReasons: INDEPENDENT_LEADS.map((name) => (name === 'V2' ? ['restless'] : [])),
        }),
      );
      bench.monitor.publish(synthetic.unanswered(2, 'poor_signal'));
      await bench.page.waitForSelector('#alarm:not([hidden])');
      expect(await bench.page.innerText('#alarm')).toMatch(/Technical: .*V2/);
      expect(await bench.page.innerText('#why')).toContain(
        'No answer: a lead could not be read in this window',
      );
      expect(await bench.page.innerText('#classes')).toBe('');
      expect(await bench.page.getAttribute('main', 'class')).toContain('withheld');
      // No beat has come for long enough to be a pause, but nobody can see one.
      await bench.page.waitForTimeout(6500);
      expect(await bench.page.isHidden('#alarm-heart')).toBe(true);
      await bench.page.screenshot({ path: join(ARTIFACTS, 'page-poor-signal.png') });
      bench.monitor.publish(synthetic.signal({ testSignal: true }));
      await expect
        .poll(() => bench.page.innerText('#alarm'))
        .toBe('Technical: Test signal, no patient.');
      expect(await bench.page.innerText('#status')).toMatch(/HR\s+– \/min/);
      expect(await bench.page.isHidden('#alarm-heart')).toBe(true);
      await bench.page.screenshot({ path: join(ARTIFACTS, 'page-test-signal.png') });
    } finally {
      stop();
    }
  });

  it('keeps the limits that were chosen, and speaks by them', async () => {
    bench.publishRun(11);
    await bench.page.goto(bench.monitor.url);
    const stop = bench.keepStreaming(5500);
    try {
      await bench.page.waitForSelector('#why .headline');
      expect(await bench.page.innerText('#status')).toMatch(/Limits\s+40–140 \/min, 4 s/);
      expect(await bench.page.isHidden('#alarm-heart')).toBe(true);
      await bench.page.click('#limits-open');
      await bench.page.fill('#limits input[name=lowPerMin]', '500');
      await bench.page.click('#limits-form button:not([type])');
      // Out of range: the dialog stays.
      expect(await bench.page.isVisible('#limits')).toBe(true);
      await bench.page.fill('#limits input[name=lowPerMin]', '78');
      await bench.page.click('#limits-form button:not([type])');
      await bench.page.waitForSelector('#alarm-heart.medium:not([hidden])');
      expect(await bench.page.innerText('#alarm-heart')).toBe(
        'Heart: Heart rate 75 per minute, below 78',
      );
      await bench.page.reload();
      await expect
        .poll(() => bench.page.innerText('#status'))
        .toMatch(/Limits\s+78–140 \/min, 4 s/);
    } finally {
      stop();
    }
  });

  it('draws a mark across the leads where it was set', async () => {
    bench.publishRun(11);
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#why .headline');
    await bench.page.waitForTimeout(300);
    /** Share of each pixel column of the sweep that is inked as text is, the largest. */
    const tallest = (): Promise<number> =>
      bench.page.evaluate(`(() => {
        const canvas = document.querySelector('#sweep-trace');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let most = 0;
        for (let x = 0; x < canvas.width; x += 1) {
          let inked = 0;
          for (let y = 0; y < canvas.height; y += 1) if (data[4 * (y * canvas.width + x) + 3] > 60) inked += 1;
          most = Math.max(most, inked / canvas.height);
        }
        return most;
      })()`);
    expect(await tallest()).toBeLessThan(0.9);
    await bench.page.fill('#mark-text', 'drug given');
    await bench.page.click('#mark button');
    await expect.poll(tallest).toBeGreaterThan(0.95);
    await bench.page.screenshot({ path: join(ARTIFACTS, 'page-mark.png') });
  });
});
