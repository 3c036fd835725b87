/** Every example of the API is run: those of docs/api.md and those of examples/. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../codegen/package-root.js';
import { readWfdb } from '../../../host/records/wfdb.js';
import { buildProgram, startProgram } from '../../support/program.js';
import { startWireDevice, type WireDevice } from '../../support/wire-device.js';

const root = packageRoot();
/** Inside of the project, so that "isochrone" is itself. */
const scripts = join(root, 'build', 'api-examples');
const folder = mkdtempSync(join(tmpdir(), 'isochrone-api-'));
let device: WireDevice;

beforeAll(async () => {
  buildProgram();
  mkdirSync(scripts, { recursive: true });
  device = await startWireDevice();
});
afterAll(async () => {
  await device.close();
  rmSync(scripts, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

const guide = readFileSync(join(root, 'docs', 'api.md'), 'utf8');
const documented = [...guide.matchAll(/^## (.+)\n\n```js\n([\s\S]+?)^```$/gmu)].map(
  ([, title = '', code = '']) => ({ title, code }),
);

const SAID: Readonly<Record<string, RegExp>> = {
  'Ten seconds of lead II': /^lead II from \d+ to \d+ µV$/mu,
  'What the network says, and where': /^MI: most of the evidence in \S.+ \(\d+ %\)$/mu,
  'Intervals, and the state of the link':
    /^link streaming: [\s\S]*^QRS 92 ms, QTc 435 ms \(Fridericia\)$[\s\S]*^\d+ samples, 0 lost, 0 CRC errors$/mu,
  'Ask the device': /^explains MI; self-test passed$/mu,
  'Record it, and read the record back': /^8 leads, 2 explanations$/mu,
};

describe('docs/api.md', () => {
  it('has the examples that are expected here', () => {
    expect(documented.map(({ title }) => title)).toEqual(Object.keys(SAID));
  });

  it.each(documented)('$title', async ({ title, code }) => {
    const script = join(scripts, `${title.replace(/\W+/gu, '-')}.mjs`);
    writeFileSync(script, code);
    const run = startProgram([script, device.address], { TMPDIR: folder });
    expect(await run.ended, run.output()).toBe(0);
    expect(run.output()).toMatch(SAID[title] ?? /^$/u);
  });
});

describe('examples', () => {
  it('are those that are run here, and in ward.test.ts', () => {
    expect(readdirSync(join(root, 'examples')).sort()).toEqual([
      'print-beats.mjs',
      'record-minutes.mjs',
      'ward-host.mjs',
    ]);
  });

  it('print-beats.mjs', async () => {
    const run = startProgram(['examples/print-beats.mjs', device.address]);
    await run.seen(/^beat at \d+: 75 per minute$/mu);
    await run.seen(/^MI 0\.75 \(research use only\)$/mu);
    run.child.kill('SIGINT');
    expect(await run.ended, run.output()).toBe(0);
    expect(run.output()).toMatch(/^\d+ samples, 0 lost on the link, 0 by the device$/mu);
  });

  it('record-minutes.mjs', async () => {
    const into = join(folder, 'minutes');
    const run = startProgram(['examples/record-minutes.mjs', device.address, into, '0.02']);
    expect(await run.ended, run.output()).toBe(0);
    expect(run.output()).toMatch(/samplesWritten: \d{4}/u);
    const { leads, events } = await readWfdb(join(into, 'example-0001'));
    expect(leads).toHaveLength(8);
    expect(events?.some(({ event }) => event.kind === 'beat')).toBe(true);
  });
});
