/** Voltages on electrodes end to end: real serialport, johnny-five and firmata-io against a Firmata board and two MCP4728s that are programs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DacWiring } from '../../host/hil/bench-map.js';
import { openFirmataRig } from '../../host/hil/firmata-rig.js';
import { Journal } from '../../host/hil/journal.js';
import { updatesPerSecond } from '../../host/hil/mcp4728.js';
import type { Rig } from '../../host/hil/rig.js';
import { leadsOf, voltageSource, type ElectrodeVoltages } from '../../host/hil/signal-source.js';
import { johnnyFiveIsInstalled } from './johnny-five.js';
import { VirtualFirmata } from './virtual-firmata.js';
import { VirtualMcp4728 } from './virtual-mcp4728.js';

const ATTENUATION = 455.5;
const WIRING = {
  attenuation: ATTENUATION,
  chips: [
    { address: 0x60, electrodes: ['LA', 'LL', 'V1', 'V2'] },
    { address: 0x61, electrodes: ['V3', 'V4', 'V5', 'V6'] },
  ],
} as const satisfies DacWiring;
const REST_MICROVOLT = 1.024e6 / ATTENUATION;

describe('what Firmata carries', () => {
  it.each([
    [1, 57_600, 160, 190],
    [2, 57_600, 80, 95],
    [2, 115_200, 125, 160],
  ])('%i chips at %i baud: some %i updates a second', (chips, baudRate, least, most) => {
    const hz = updatesPerSecond(chips, { baudRate, i2cHz: 100_000 });
    expect(hz).toBeGreaterThan(least);
    expect(hz).toBeLessThan(most);
    // A message of 21 bytes, ten bits each, for every chip: never more than the line holds.
    expect(hz * chips * 21 * 10).toBeLessThan(baudRate);
  });
});

describe.runIf(johnnyFiveIsInstalled)('a DAC on a Firmata board', () => {
  let board: VirtualFirmata;
  let rig: Rig | undefined;
  const chips = [new VirtualMcp4728(), new VirtualMcp4728()];
  beforeEach(async () => {
    board = await VirtualFirmata.start();
    chips.splice(0, 2, new VirtualMcp4728(), new VirtualMcp4728());
    chips.forEach((chip, i) => board.i2c.set(0x60 + i, chip));
  });
  afterEach(async () => {
    await rig?.close();
    rig = undefined;
    await board.close();
  });
  const open = async (): Promise<Rig> => {
    rig = await openFirmataRig('desk', { port: board.path, dac: WIRING });
    return rig;
  };
  /** What an electrode has behind its attenuator, from its rest. */
  const microvolt = (electrode: string): number => {
    const at = WIRING.chips
      .flatMap(({ electrodes }) => [...electrodes] as string[])
      .indexOf(electrode);
    return ((chips[at >> 2]?.volt(at & 3) ?? NaN) * 1e6) / ATTENUATION - REST_MICROVOLT;
  };
  const settled = async (wanted: ElectrodeVoltages): Promise<void> => {
    await expect
      .poll(() =>
        Object.entries(wanted).every(([name, value]) => Math.abs(microvolt(name) - value) < 0.6),
      )
      .toBe(true);
  };

  it('rests in the middle of its reach, and drives each electrode by its own channel', async () => {
    const { voltages } = await open();
    await settled({ LA: 0, V6: 0 });
    for (const electrode of voltages?.electrodes ?? []) {
      voltages?.set({ [electrode]: 1000 });
      const others = (voltages?.electrodes ?? []).filter((name) => name !== electrode);
      await settled({ [electrode]: 1000, ...Object.fromEntries(others.map((name) => [name, 0])) });
    }
    // 2.25 mV is its end.
    voltages?.set({ LL: 9000, V3: -9000 });
    await settled({ LL: 2247, V3: -2248 });
  });

  it('plays a wave no faster than its line carries, and rests behind it', async () => {
    const { voltages } = await open();
    if (voltages === undefined) throw new Error('the rig has no voltages');
    let writes = 0;
    let highest = 0;
    for (const chip of chips) {
      chip.onWrite = () => {
        writes += 1;
        highest = Math.max(highest, microvolt('V2'));
      };
    }
    const journal = new Journal();
    const source = voltageSource(voltages, journal);
    const seconds = 1.5;
    await source.play({
      seconds,
      leastRateHz: 40,
      at: (s) => ({ V2: 800 * Math.sin(2 * Math.PI * s) }),
    });
    await settled({ V2: 0 });
    expect(highest).toBeGreaterThan(780);
    expect(writes).toBeLessThanOrEqual((source.rateHz * seconds + 2) * chips.length);
    expect(writes).toBeGreaterThan(source.rateHz * seconds * 0.3 * chips.length);
    expect(journal.last()).toContain('of 500 samples a second');
    await expect(source.play({ seconds, leastRateHz: 250, at: () => ({}) })).rejects.toMatchObject({
      code: 'HIL_SOURCE_SLOW',
    });
  });

  it('that is not there, or not on its reference, is found out', async () => {
    board.i2c.delete(0x61);
    await expect(open()).rejects.toMatchObject({
      code: 'HIL_RIG',
      message: expect.stringContaining('0x61') as string,
    });
    board.i2c.set(0x61, { write: () => undefined, read: (count) => Array<number>(count).fill(0) });
    await expect(open()).rejects.toMatchObject({
      message: expect.stringContaining('is not as it was set') as string,
    });
  });
});

it('leads of electrodes are against RA and the mean of three', () => {
  expect(leadsOf({ LA: 300 })).toEqual([300, 0, -100, -100, -100, -100, -100, -100]);
  expect(leadsOf({ V1: 300, LL: 300 })).toEqual([0, 300, 200, -100, -100, -100, -100, -100]);
});
