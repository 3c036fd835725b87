import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMULATED_BENCH, entryOf, fixturesOf, loadBenchMap } from './bench-map.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isochrone-bench-map-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const DESK = { name: 'desk', kind: 'board', board: 'mps2-an386', port: '/dev/ttyACM0' };
const RELAY = { pin: 7, contact: 'NC' };

async function load(map: unknown): ReturnType<typeof loadBenchMap> {
  const file = join(folder, 'bench.json');
  await writeFile(file, typeof map === 'string' ? map : JSON.stringify(map));
  return loadBenchMap(file);
}

describe('a bench map', () => {
  it('of emulated boards comes with the project, three cores of it', async () => {
    const map = await loadBenchMap(EMULATED_BENCH);
    expect(map.devices.map(({ board }) => board)).toEqual([
      'mps2-an386',
      'mps2-an500',
      'mps3-an547',
      'mps2-an386',
    ]);
    expect([...fixturesOf(entryOf(map, 'emulated-m4'))]).toContain('inject');
    // One of them samples by its own clock, and is fed by nobody.
    const own = [...fixturesOf(entryOf(map, 'emulated-own-clock'))];
    expect(own).toEqual(expect.arrayContaining(['power', 'converter', 'test_signal']));
    expect(own).not.toContain('inject');
  });

  it('gives a device the fixtures that it is wired to, and no others', async () => {
    const rig = {
      port: '/dev/ttyACM1',
      power: RELAY,
      electrodes: { RA: { pin: 22, contact: 'NC' } },
    };
    const map = await load({ devices: [{ ...DESK, injectPort: '/dev/ttyUSB0', rig }] });
    expect([...fixturesOf(entryOf(map, 'desk'))]).toEqual([
      'power',
      'inject',
      'signal',
      'contacts',
      'electrodes',
    ]);
    const flashed = await load({ devices: [{ ...DESK, flash: { tool: 'st-flash' } }] });
    expect([...fixturesOf(entryOf(flashed, 'desk'))]).toEqual([
      'converter',
      'test_signal',
      'flash',
    ]);
  });

  it.each([
    ['{', 'is not JSON'],
    [{ devices: [] }, '/devices'],
    [{ devices: [{ ...DESK, port: undefined }] }, "required property 'port'"],
    [{ devices: [{ ...DESK, colour: 'red' }] }, '"colour"'],
    [
      { devices: [{ ...DESK, rig: { port: 'a', power: { pin: 7, contact: 'both' } } }] },
      '/contact',
    ],
    [
      { devices: [{ ...DESK, injectPort: '/dev/ttyUSB0', frontEnd: 'ads1298' }] },
      'a front end ads1298 does not read',
    ],
    [{ devices: [DESK, { ...DESK, port: '/dev/ttyACM2' }] }, 'two devices have the name desk'],
    [{ devices: [DESK, { ...DESK, name: 'other' }] }, 'two devices have the port /dev/ttyACM0'],
    [
      { devices: [{ ...DESK, rig: { port: 'a', power: RELAY, reset: { pin: 7 } } }] },
      'uses pin 7 twice',
    ],
  ])('that is wrong is refused, the place named: %j', async (map, words) => {
    await expect(load(map)).rejects.toMatchObject({
      code: 'HIL_MAP',
      message: expect.stringContaining(words) as string,
    });
  });

  it('names its devices to who asks for another', async () => {
    const map = await loadBenchMap(EMULATED_BENCH);
    expect(() => entryOf(map, 'desk')).toThrowError(
      expect.objectContaining({
        code: 'HIL_DEVICE_UNKNOWN',
        hint: expect.stringContaining('emulated-m7') as string,
      }),
    );
  });
});
