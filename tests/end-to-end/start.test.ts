import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasShared, NEEDS_SHARED, sharedPath } from '../../host/records/shared-data.js';
import { buildProgram, isochrone, type Program } from '../support/program.js';

let folder = '';

beforeAll(() => {
  buildProgram();
  folder = mkdtempSync(join(tmpdir(), 'isochrone-start-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** `isochrone start …` as it is built, its temporary files in a folder of the test's own. */
const start = (...args: readonly string[]): Program =>
  isochrone(['start', '--no-page', ...args], { TMPDIR: folder });

/** Emulators whose files are in this test's folder. */
function emulators(): readonly number[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line.includes('qemu-system-arm') && line.includes(folder))
    .map((line) => Number(line.trim().split(' ')[0]));
}

/** Nothing left: no emulator, no file of a session. */
function expectNothingLeft(): void {
  expect(emulators()).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith('isochrone-'))).toEqual([]);
}

function expectExplained(output: string): void {
  expect(output).toMatch(/^result \d+ {2}window [\d.]+–[\d.]+ s {2}(NORM|MI|STTC|CD|HYP) 0\.\d\d/m);
  expect(output).toMatch(/top leads: (I|II|III|aV[RLF]|V[1-6]) (P|QRS|ST-T) [+−]\d/);
  expect(output).toMatch(/top segments: \S.* 0\.\d\d ± 0\.\d\d/);
  expect(output).toContain('not a medical device');
  const account = /samples sent (\d+) = returned (\d+) \+ missing (\d+)/.exec(output);
  expect(account?.[1]).toBe(account?.[2]);
  expect(account?.[3]).toBe('0');
}

describe('isochrone start', () => {
  it('explains the synthetic patient, faster than real time through the semihosting front end', async () => {
    const run = start('--speed', '6', '--once');
    expect(await run.ended, run.output()).toBe(0);
    expectExplained(run.output());
    expect(run.output()).toContain('synthetic patient');
    expect(Number(/real speed ×([\d.]+)/.exec(run.output())?.[1])).toBeGreaterThan(2);
    expectNothingLeft();
  }, 240_000);

  it.skipIf(!hasShared('data/frank/s0010_re.hea'))(
    `explains a WFDB record at twice real time over the UART (${NEEDS_SHARED})`,
    async () => {
      const run = start('--record', sharedPath('data/frank/s0010_re'), '--speed', '2', '--once');
      expect(await run.ended, run.output()).toBe(0);
      expectExplained(run.output());
      expectNothingLeft();
    },
    240_000,
  );

  it('ends on Ctrl-C with 130 and leaves nothing behind', async () => {
    const run = start('--speed', '1');
    await run.seen(/device|board|model/);
    await run.seen(/^beats /m);
    expect(emulators().length).toBe(1);
    run.child.kill('SIGINT');
    expect(await run.ended, run.output()).toBe(130);
    expect(run.output()).toContain('stopped by the user');
    expectNothingLeft();
  }, 240_000);

  it('says so when the emulator dies under it', async () => {
    const run = start('--speed', '1');
    await run.seen(/^beats /m);
    for (const pid of emulators()) process.kill(pid, 'SIGKILL');
    expect(await run.ended, run.output()).toBe(1);
    expect(run.output()).toMatch(/EMULATOR_DIED|LINK_LOST/);
    expectNothingLeft();
  }, 240_000);

  it.each([
    ['a record that is not there', ['--record', '/nowhere/100'], 'RECORD_'],
    ['a board that is not there', ['--board', 'no-such-board'], 'BOARD_'],
    ['a model that is not there', ['--model', '/nowhere/net.onnx'], 'MODEL_NOT_FOUND'],
  ])('names %s and exits 1 before anything boots', async (_name, args, code) => {
    const run = start(...args, '--once');
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain(code);
    expect(run.output()).toContain('→');
    expectNothingLeft();
  });

  it('names an empty model file', async () => {
    const model = join(folder, 'empty.onnx');
    writeFileSync(model, '');
    writeFileSync(join(folder, 'empty.calibration.json'), '{}');
    const run = start('--model', model, '--once');
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('MODEL_EMPTY');
    expect(run.output()).toContain(model);
  });

  it('refuses a command line it does not understand with exit code 2', async () => {
    const run = start('--speed', 'fast');
    expect(await run.ended).toBe(2);
    expect(run.output()).toContain('--speed');
  });
});
