/**
 * A board on the desk, as far as one can be had without any: an emulated board behind a port of its own, its power in the hands of
 * a rig and not of the test. Only another bootId proves a power cycle.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import type { BoardEntry } from '../../host/hil/bench-map.js';
import { boardTarget } from '../../host/hil/board-target.js';
import { DeviceUnderTest } from '../../host/hil/device.js';
import { fakeRig } from '../../host/hil/fake-rig.js';
import { openFirmataRig } from '../../host/hil/firmata-rig.js';
import { Journal } from '../../host/hil/journal.js';
import type { Rig } from '../../host/hil/rig.js';
import { TestBook } from '../../host/hil/test-book.js';
import { loadBoard, type Board } from '../../host/toolchain/board.js';
import { buildFirmware } from '../../host/toolchain/build-firmware.js';
import { NETWORK } from '../end-to-end/emulator/fixture-network.js';
import { johnnyFiveIsInstalled } from './johnny-five.js';
import { Supply } from './virtual-desk.js';
import { VirtualFirmata } from './virtual-firmata.js';

vi.setConfig({ testTimeout: 120_000 });

const POWER = { pin: 7, contact: 'NO' } as const;
const wired = (port: string): BoardEntry => ({
  name: 'desk',
  kind: 'board',
  board: 'mps2-an386',
  port,
  rig: { port: '', power: POWER },
});

let board: Board;
let elfPath = '';
beforeAll(async () => {
  board = await loadBoard('mps2-an386');
  ({ elfPath } = await buildFirmware({
    board,
    networkDir: NETWORK,
    image: 'app',
    frontEnd: 'uart',
    outDir: join(packageRoot(), 'build', 'test', 'hil', 'desk'),
  }));
}, 120_000);

let folder = '';
let supply: Supply;
let device: DeviceUnderTest | undefined;
const closings: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isochrone-desk-'));
  supply = new Supply(board, elfPath, join(folder, 'ttyACM0'));
});
afterEach(async () => {
  await device?.close();
  for (const close of closings.splice(0)) await close();
  await supply.switch(false);
  await rm(folder, { recursive: true, force: true });
});

async function onTheDesk(rig: Rig, helloMs = 30_000): Promise<DeviceUnderTest> {
  const target = boardTarget(wired(supply.port), board, rig);
  device = new DeviceUnderTest({ target, journal: new Journal(), timing: { helloMs } });
  device.begin(new TestBook());
  await rig.rest();
  return device;
}

describe('a board on the desk', () => {
  it('is power-cycled by a rig, and answers from another run', async () => {
    const desk = await onTheDesk(fakeRig('desk', ['power'], (on) => supply.switch(on)));
    const before = await desk.hello();
    expect((await desk.powerCycle(50)).bootId).not.toBe(before.bootId);
    expect((await desk.commands.setting('samples_per_frame')).value).toBe(10);
  });

  it('of which the power was not cut is found out', async () => {
    const powered = fakeRig('desk', ['power'], (on) => supply.switch(on));
    const welded: Rig = { ...powered, power: (on) => (on ? powered.power(on) : Promise.resolve()) };
    const desk = await onTheDesk(welded, 3000);
    await desk.hello();
    await expect(desk.powerCycle(50)).rejects.toMatchObject({
      code: 'HIL_TIMEOUT',
      message: expect.stringMatching(/HELLO of another run within 3 s; last seen: /) as string,
    });
  });

  it('does not go on when its operator has pressed the button', async () => {
    const rig = fakeRig('desk', ['power', 'button'], (on) => supply.switch(on));
    const desk = await onTheDesk(rig);
    rig.press();
    expect(() => desk.begin(new TestBook())).toThrowError(
      expect.objectContaining({ code: 'HIL_STOPPED' }),
    );
  });

  it('is flashed where its entry says how, and never with the image of another board', async () => {
    const rig = fakeRig('desk', []);
    await expect(boardTarget(wired('none'), board, rig).flash(elfPath)).rejects.toMatchObject({
      code: 'HIL_NO_FIXTURE',
    });
    const other = await loadBoard('mps2-an500');
    const entry = { ...wired('none'), board: other.name, flash: { tool: 'gdb' } };
    await expect(boardTarget(entry, other, rig).flash(elfPath)).rejects.toMatchObject({
      code: 'FLASH_OTHER_BOARD',
    });
  });

  if (!johnnyFiveIsInstalled) return;

  it('is power-cycled by a relay on a Firmata board', async () => {
    const firmata = await VirtualFirmata.start();
    closings.push(() => firmata.close());
    firmata.onPin = (pin, { mode, level }) => {
      if (pin === POWER.pin) void supply.switch(mode === 1 && level === 1);
    };
    const rig = await openFirmataRig('desk', { port: firmata.path, power: POWER });
    const desk = await onTheDesk(rig);
    const before = await desk.hello();
    expect((await desk.powerCycle(200)).bootId).not.toBe(before.bootId);
  });
});
