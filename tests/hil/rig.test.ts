/** Rigs end to end: real serialport and johnny-five against a Firmata board that is a program, and a board's power in their hands. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RigWiring } from '../../host/hil/bench-map.js';
import { openFirmataRig } from '../../host/hil/firmata-rig.js';
import type { Rig } from '../../host/hil/rig.js';
import { johnnyFiveIsInstalled } from './johnny-five.js';
import { VirtualFirmata } from './virtual-firmata.js';

const [INPUT, OUTPUT] = [0, 1];
const WIRING = {
  power: { pin: 7, contact: 'NC', activeLow: true },
  reset: { pin: 8 },
  boot: { pin: 9 },
  electrodes: { RA: { pin: 22, contact: 'NC' }, V6: { pin: 30, contact: 'NO' } },
  button: { pin: 2 },
} as const satisfies Omit<RigWiring, 'port'>;

let board: VirtualFirmata;
let rig: Rig | undefined;
async function open(wiring: Omit<RigWiring, 'port'> = WIRING): Promise<Rig> {
  rig = await openFirmataRig('desk', { ...wiring, port: board.path });
  return rig;
}

const onFirmata = (): void => {
  beforeEach(async () => {
    board = await VirtualFirmata.start();
  });
  afterEach(async () => {
    await rig?.close();
    await board.close();
  });

  it('drives what the wiring says to the level that the wiring asks', async () => {
    const { rest, ...hands } = bound(await open());
    await rest();
    // NC conducts at rest, and this board pulls in at a low level: power on is high.
    expect(board.pin(7)).toEqual({ mode: OUTPUT, level: 1 });
    expect(board.pin(22)).toEqual({ mode: OUTPUT, level: 0 });
    expect(board.pin(30)).toEqual({ mode: OUTPUT, level: 1 });
    expect(board.pin(8)).toEqual({ mode: INPUT, level: 0 });
    await hands.power(false);
    expect(board.pin(7)).toEqual({ mode: OUTPUT, level: 0 });
    await hands.reset(true);
    expect(board.pin(8)).toEqual({ mode: OUTPUT, level: 0 });
    await hands.reset(false);
    expect(board.pin(8)).toEqual({ mode: INPUT, level: 0 });
    await hands.boot(true);
    expect(board.pin(9)).toEqual({ mode: OUTPUT, level: 0 });
    await hands.electrode('RA', false);
    await hands.electrode('V6', false);
    expect([board.pin(22).level, board.pin(30).level]).toEqual([1, 0]);
    await expect(hands.electrode('V3', false)).rejects.toMatchObject({ code: 'HIL_NO_FIXTURE' });
  });

  it('never drives a line high', async () => {
    const hands = await open();
    const seen: unknown[] = [];
    board.onPin = (pin, state) => {
      if (pin === 8) seen.push(state);
    };
    for (let i = 0; i < 3; i += 1) {
      await hands.reset(true);
      await hands.power(i % 2 === 0);
      await hands.reset(false);
    }
    expect(seen).not.toContainEqual(expect.objectContaining({ level: 1 }));
    expect(seen).toHaveLength(6);
  });

  it('notices a pin that does not obey, and a board that has fallen silent', async () => {
    const hands = await open();
    board.stick(7, 1);
    await hands.power(true);
    await expect(hands.power(false)).rejects.toMatchObject({
      code: 'HIL_RIG',
      message: expect.stringContaining('pin 7') as string,
    });
    board.fallSilent();
    await expect(hands.power(true)).rejects.toMatchObject({
      message: expect.stringContaining('does not tell') as string,
    });
  });

  it('takes no late answer for what a pin is now', async () => {
    const hands = await open();
    await hands.power(true);
    board.tellLate(7, board.pin(7));
    await hands.power(false);
    expect(board.pin(7).level).toBe(0);
  });

  it('hears the button', async () => {
    const hands = await open();
    const pressed = new Promise<void>((resolve) => {
      hands.onButton(resolve);
    });
    await board.press(2);
    await pressed;
  });

  it('leaves the device with its power when it is closed', async () => {
    const hands = await open();
    await hands.power(false);
    await hands.close();
    expect(board.pin(7).level).toBe(1);
  });
};

const bound = (hands: Rig): Pick<Rig, 'rest' | 'power' | 'reset' | 'boot' | 'electrode'> => ({
  rest: () => hands.rest(),
  power: (on) => hands.power(on),
  reset: (asserted) => hands.reset(asserted),
  boot: (asserted) => hands.boot(asserted),
  electrode: (electrode, connected) => hands.electrode(electrode, connected),
});

if (johnnyFiveIsInstalled) {
  describe('a rig of relays on a Firmata board', onFirmata);
} else {
  it('a rig without its packages says how to install them', async () => {
    await expect(openFirmataRig('desk', { port: '/dev/null' })).rejects.toMatchObject({
      code: 'HIL_RIG_PACKAGES',
      hint: expect.stringContaining('npm install') as string,
    });
  });
}
