/**
 * The built page in a real browser: what people do with it, fed with synthetic events through the real server.
 * Without Chromium the tests are skipped on a desk, and fail where CI is set.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { synthetic } from '../../../host/monitor/synthetic-events.js';
import { parseEdf } from '../../../host/records/edf.js';
import { ARTIFACTS, NO_BROWSER, pageBench } from './page-bench.js';

describe.skipIf(NO_BROWSER !== '')(`working with the page in Chromium${NO_BROWSER}`, () => {
  const bench = pageBench();

  it('goes back to a past moment, marks it, compares it, and keeps going meanwhile', async () => {
    bench.publishRun(11);
    await bench.page.goto(bench.monitor.url);
    const stop = bench.keepStreaming(5500);
    try {
      await bench.page.waitForSelector('#why .headline');
      await bench.page.click('#pin');
      await bench.page.waitForTimeout(1200);
      const before = await bench.page.innerText('#review-when');
      expect(before).toContain('live');
      bench.monitor.publish(synthetic.result(2));
      const segmentScores = [0.4, ...new Array<number>(20).fill(0.03)];
      bench.monitor.publish({ ...synthetic.explanation(2), segmentScores });
      await expect.poll(() => bench.page.innerText('#why')).toContain('Result 2');
      await bench.page.click('#compare-open');
      expect(await bench.page.innerText('#compare-changes')).toMatch(
        /Share of basal anterior\s+0\.\d\d/,
      );
      await bench.page.screenshot({ path: join(ARTIFACTS, 'page-compare.png') });
      await bench.page.click('#compare-close');

      await bench.page.click('#review-toggle');
      await bench.page.click('#review-previous');
      await bench.page.click('#review-previous');
      await expect.poll(() => bench.page.innerText('#why')).toContain('Result 1');
      await expect.poll(() => bench.page.innerText('#review-when')).toContain('not live');
      await bench.page.click('#mark button');
      const moment = await bench.page.inputValue('#review-at');
      // The device goes on, the screen stays.
      await bench.page.waitForTimeout(600);
      expect(await bench.page.inputValue('#review-at')).toBe(moment);
      expect(Number(await bench.page.getAttribute('#review-at', 'max'))).toBeGreaterThan(
        Number(moment),
      );
      await bench.page.screenshot({ path: join(ARTIFACTS, 'page-review.png') });
      await bench.page.click('#review-toggle');
      await expect.poll(() => bench.page.innerText('#why')).toContain('Result 2');
      await expect.poll(() => bench.page.innerText('#review-when')).toContain('live ·');
    } finally {
      stop();
    }
  });

  it('gives what it shows as a picture, as EDF+ with its marks, and as one page of paper', async () => {
    bench.publishRun(11, [[4200, 300]]);
    await bench.page.goto(bench.monitor.url);
    const stop = bench.keepStreaming(5500);
    await bench.page.waitForSelector('#why .headline');
    await bench.page.fill('#mark-text', 'after exercise');
    await bench.page.click('#mark button');
    await expect.poll(() => bench.page.textContent('#log')).toContain('mark: after exercise');
    const fileOf = async (format: string): Promise<Buffer> => {
      const download = bench.page.waitForEvent('download');
      await bench.page.click('#export summary');
      await bench.page.click(`#export button[value=${format}]`);
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
    const paper = await bench.page.pdf({ preferCSSPageSize: true, printBackground: true });
    writeFileSync(join(ARTIFACTS, 'page-report.pdf'), paper);
    expect(paper.toString('latin1').match(/\/Type\s*\/Page\b/gu)?.length).toBe(1);
    stop();
  });

  it('looks back over half an hour, and no further', async () => {
    const RUN_S = 60;
    bench.publishRun(1);
    await bench.page.goto(bench.monitor.url);
    await expect.poll(() => bench.page.getAttribute('#review-at', 'max')).toBe('500');
    for (let second = RUN_S; second < 40 * 60; second += RUN_S) {
      bench.monitor.publish(synthetic.samples(second * 500, RUN_S * 500));
      bench.monitor.publish(synthetic.result(second));
      bench.monitor.publish(synthetic.explanation(second));
      // One run at a time, as fast as the page takes it: it must not be left behind.
      await expect
        .poll(() => bench.page.getAttribute('#review-at', 'max'))
        .toBe(String((second + RUN_S) * 500));
    }
    expect(await bench.page.getAttribute('#review-at', 'min')).toBe(String((40 - 30) * 60 * 500));
    await bench.page.focus('#review-at');
    await bench.page.keyboard.press('Home');
    await bench.page.click('#review-next');
    await expect.poll(() => bench.page.innerText('#why')).toContain('Result 600,');
    // The words follow the slider within a quarter of a second.
    await expect
      .poll(() => bench.page.innerText('#review-when'))
      .toContain('−29:00 · 11:00 of the device');
    expect(Math.max(...(await bench.inkByColumn(10)).map(({ trace }) => trace))).toBeGreaterThan(
      0.004,
    );
  }, 60_000);

  it('shows an engineer link and device, and asks the device', async () => {
    bench.asked = [];
    bench.publishRun(11);
    bench.monitor.publish(synthetic.linkStatistics());
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#why .headline');
    await bench.page.click('#engineer-open');
    await expect
      .poll(() => bench.page.innerText('#engineer-link'))
      .toMatch(/Clock drift\s+\+?12\.5 ± 0\.4 ppm/);
    expect(await bench.page.innerText('#engineer-device')).toContain('mps2-an386');
    await bench.page.fill('#settings input', '4000');
    await bench.page.press('#settings input', 'Enter');
    await expect.poll(() => bench.page.innerText('#command-said')).toBe('did set');
    expect(bench.asked.at(-1)).toEqual({ name: 'set', setting: 'result_interval_ms', value: 4000 });
    await bench.page.selectOption('#command-class', { label: 'STTC' });
    await bench.page.click('#commands button[value=explain-class]');
    await expect.poll(() => bench.asked.at(-1)).toEqual({ name: 'explain-class', classIndex: 2 });
    bench.page.once('dialog', (dialog) => void dialog.accept());
    await bench.page.click('#commands button[value=reboot]');
    await expect
      .poll(() => bench.page.innerText('#command-said'))
      .toBe('the device refuses REBOOT: another_run');
    // An image of some size comes whole.
    const image = Buffer.from(Array.from({ length: 100_001 }, (_, i) => (7 * i) % 256));
    bench.page.once('dialog', (dialog) => void dialog.accept());
    await bench.page.setInputFiles('#firmware-file', {
      name: 'image.bin',
      mimeType: 'application/octet-stream',
      buffer: image,
    });
    await bench.page.click('#firmware button');
    await expect.poll(() => bench.page.innerText('#command-said')).toBe('runs 1.1.0');
    expect(Buffer.from(bench.firmware ?? []).equals(image)).toBe(true);
    await bench.page.click('button[value=layer-times]');
    await expect
      .poll(() => bench.page.innerText('#layer-times'))
      .toMatch(/0\s+1,?500\.0\s+25\.0 %\s+1\s+4,?500\.0\s+75\.0 %/);
    await bench.page.screenshot({ path: join(ARTIFACTS, 'page-engineer.png') });
    // The browser notes a refusal as an error of the network.
    bench.complaints = bench.complaints.filter((text) => !text.includes('status of 400'));
  });

  it('turns the heart by keyboard and mouse, and back', async () => {
    // Wide enough that no line of the strip wraps when the rate becomes known.
    await bench.page.setViewportSize({ width: 2200, height: 1000 });
    bench.publishRun(11);
    await bench.page.goto(bench.monitor.url);
    // Without samples an alarm would come, and change the picture's size.
    const stop = bench.keepStreaming(5500);
    await bench.page.waitForSelector('#why .headline');
    await bench.page.waitForTimeout(300);
    const picture = (): Promise<string> =>
      bench.page.evaluate("document.querySelector('#heart-frontal').toDataURL()");
    const standard = await picture();
    await bench.page.focus('#heart-frontal');
    await bench.page.keyboard.press('ArrowRight');
    await expect.poll(picture).not.toBe(standard);
    await bench.page.keyboard.press('Escape');
    await expect.poll(picture).toBe(standard);
    const box = (await bench.page.locator('#heart-frontal').boundingBox()) ?? { x: 0, y: 0 };
    await bench.page.mouse.move(box.x + 60, box.y + 60);
    await bench.page.mouse.down();
    await bench.page.mouse.move(box.x + 120, box.y + 80, { steps: 4 });
    await bench.page.mouse.up();
    await expect.poll(picture).not.toBe(standard);
    stop();
  });

  it('can be worked from the keyboard, and redraws at another gain', async () => {
    bench.publishRun(10);
    await bench.page.goto(bench.monitor.url);
    await bench.page.waitForSelector('#why .headline');
    await bench.page.waitForTimeout(300);
    const before = await bench.inkByColumn(10);
    await bench.page.keyboard.press('Tab');
    await bench.page.keyboard.press('Tab');
    expect(await bench.page.evaluate('document.activeElement.id')).toBe('gain');
    await bench.page.keyboard.press('ArrowDown');
    expect(await bench.page.inputValue('#gain')).toBe('20');
    await bench.page.waitForTimeout(500);
    const total = (bins: { trace: number }[]): number =>
      bins.reduce((sum, { trace }) => sum + trace, 0);
    expect(total(await bench.inkByColumn(10))).toBeGreaterThan(1.2 * total(before));
  });
});
