/** The ward's page in a real browser, fed through a real broker (Debian mosquitto). */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, LAUNCH_ARGS } from '../../../bench/page/chromium.js';
import type { PageServer } from '../../../host/monitor/page-server.js';
import { synthetic } from '../../../host/monitor/synthetic-events.js';
import { mqttSink } from '../../../host/sinks/mqtt.js';
import type { Sink } from '../../../host/sinks/sink.js';
import { startWard } from '../../../host/ward/ward-server.js';
import { freePort } from '../../support/free-port.js';

const PAGE_DIR = join(process.cwd(), 'build', 'ward-page-test');
const ARTIFACTS = join(process.cwd(), 'build', 'artifacts');
const BROKER = '/usr/sbin/mosquitto';
const missing = [CHROMIUM, BROKER].find((program) => !existsSync(program));
const absent = missing !== undefined && process.env['CI'] === undefined;

describe.skipIf(absent)(`the ward in Chromium${absent ? ` (skipped: no ${missing})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-ward-page-'));
  const beds = new Map<string, Sink>();
  let broker: ChildProcess;
  let browser: Browser;
  let ward: PageServer;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    await build({
      configFile: join(process.cwd(), 'host', 'monitor', 'page', 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: PAGE_DIR },
    });
    const port = await freePort();
    const config = join(folder, 'mosquitto.conf');
    writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    broker = spawn(BROKER, ['-c', config], { stdio: 'ignore' });
    const url = `mqtt://127.0.0.1:${port}`;
    for (const bed of ['bed-1', 'bed-2', 'bed-3', 'bed-4']) {
      beds.set(bed, mqttSink({ url, bed, page: `http://127.0.0.1/${bed}/` }));
    }
    ward = await startWard({ url, pageDir: PAGE_DIR });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...LAUNCH_ARGS] });
    page = await browser.newPage({ viewport: { width: 1200, height: 700 }, colorScheme: 'dark' });
    await page.goto(ward.url);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([...beds.values()].map((sink) => sink.close()));
    await ward.close();
    broker.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const cards = (): Promise<string[]> => page.locator('.bed').allInnerTexts();

  it('shows each bed, the most urgent first, with the way to its page', async () => {
    for (const [name, sink] of beds) {
      sink.publish(synthetic.hello());
      sink.publish({ kind: 'link', state: 'streaming', detail: '' });
      for (const i of [0, 1, 2]) sink.publish(synthetic.beat(i));
      sink.publish(synthetic.result(1));
      if (name !== 'bed-4') sink.publish(synthetic.explanation(1));
    }
    const { electrodes } = synthetic.signal();
    beds.get('bed-3')?.publish(synthetic.signal({ electrodes: { ...electrodes, LA: 'off' } }));
    beds.get('bed-4')?.publish(synthetic.unanswered(2, 'poor_signal'));
    beds.get('bed-2')?.publish({ kind: 'link', state: 'lost', detail: 'unplugged' });
    await expect.poll(async () => (await cards()).length).toBe(4);
    await expect
      .poll(async () => (await cards()).map((text) => /bed-\d/u.exec(text)?.[0]))
      .toEqual(['bed-2', 'bed-3', 'bed-1', 'bed-4']);
    const [lost = '', off = '', calm = '', withheld = ''] = await cards();
    expect(lost).toMatch(/Technical: No live signal: lost[^]*– \/min/u);
    expect(off).toContain('Technical: Electrode off: LA');
    expect(calm).toMatch(/75 \/min[^]*MI 0\.87, mid anteroseptal[^]*streaming, mps2-an386/u);
    expect(withheld).toContain('No answer: a lead could not be read in this window');
    expect(withheld).not.toContain('MI');
    expect(await page.getAttribute('.bed:nth-child(3) a', 'href')).toBe('http://127.0.0.1/bed-1/');
    await page.screenshot({ path: join(ARTIFACTS, 'ward.png') });
  });

  it('says so when the broker is gone', async () => {
    broker.kill('SIGKILL');
    await page.waitForSelector('#alarm:not([hidden])');
    expect(await page.innerText('#alarm')).toContain('Connection to the broker lost');
  });
});
