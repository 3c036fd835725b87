import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SerialPortMock } from 'serialport';
import { afterEach, describe, expect, it } from 'vitest';
import { choosePort, listSysfsPorts, matchBoards, type BoardOnPort } from './ports.js';

const uarts = { link: { baud: 230_400 } };
const BOARDS: readonly BoardOnPort[] = [
  { name: 'emulated', uarts },
  { name: 'nucleo', uarts, usb: [{ vendorId: '0483', productId: '374b' }] },
  {
    name: 'bed-7',
    uarts,
    usb: [{ vendorId: '0483', productId: '374b', serialNumber: '0668FF7' }],
  },
  { name: 'other', uarts, usb: [{ vendorId: '0483', productId: '5740' }] },
];

describe('which board is on a port', () => {
  it.each([
    ['by vendor and product', { vendorId: '0483', productId: '374b' }, ['nucleo']],
    [
      'by serial number before all others of its kind',
      { vendorId: '0483', productId: '374b', serialNumber: '0668FF7' },
      ['bed-7'],
    ],
    [
      'another serial number',
      { vendorId: '0483', productId: '374b', serialNumber: '1' },
      ['nucleo'],
    ],
    ['another product', { vendorId: '0483', productId: '0001' }, []],
    ['no USB at all', {}, []],
  ])('%s', (_name, port, expected) => {
    expect(matchBoards({ path: '/dev/x', ...port }, BOARDS)).toEqual(expected);
  });
});

describe('a wish for a port', () => {
  afterEach(() => {
    SerialPortMock.binding.reset();
  });
  const plug = (path: string, productId: string): void => {
    SerialPortMock.binding.createPort(path, { vendorId: '0483', productId });
  };

  it.each([
    ['auto', { kind: 'auto' }, '/dev/known'],
    ['a board', { kind: 'board', board: 'nucleo' }, '/dev/known'],
    ['a serial number', { kind: 'serial', serialNumber: '1' }, '/dev/strange'],
  ] as const)('finds the one that fits: %s', async (_name, wish, path) => {
    plug('/dev/strange', 'ffff');
    plug('/dev/known', '374b');
    expect(choosePort(wish, await SerialPortMock.list(), BOARDS).path).toBe(path);
  });

  it('says what is there where none fits, and names all where several do', async () => {
    plug('/dev/strange', 'ffff');
    const there = await SerialPortMock.list();
    expect(() => choosePort({ kind: 'auto' }, there, BOARDS)).toThrow(
      /no port with a board.*\/dev\/strange \(0483:ffff, 1\)/,
    );
    expect(() => choosePort({ kind: 'auto' }, [], BOARDS)).toThrow(/no port at all/);
    plug('/dev/a', '374b');
    plug('/dev/b', '5740');
    const more = await SerialPortMock.list();
    expect(() => choosePort({ kind: 'auto' }, more, BOARDS)).toThrowError(
      expect.objectContaining({
        code: 'LINK_PORT_AMBIGUOUS',
        message: expect.stringMatching(/\/dev\/a .*\/dev\/b /) as string,
      }),
    );
    expect(choosePort({ kind: 'board', board: 'other' }, more, BOARDS).path).toBe('/dev/b');
  });
});

describe('ports where udev is not asked', () => {
  const root = mkdtempSync(join(tmpdir(), 'isochrone-sysfs-'));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('are those of USB devices, as the kernel has them', async () => {
    const device = join(root, 'devices', 'usb1', '1-2');
    for (const [file, text] of [
      [join(device, 'idVendor'), '0483\n'],
      [join(device, 'idProduct'), '374B\n'],
      [join(device, 'serial'), '0668FF7\n'],
      [join(device, '1-2:1.2', 'interface'), 'x'],
      [join(root, 'devices', 'platform', 'serial8250', 'name'), 'x'],
    ] as const) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    for (const [name, target] of [
      ['ttyACM0', join(device, '1-2:1.2')],
      ['ttyS0', join(root, 'devices', 'platform', 'serial8250')],
    ] as const) {
      mkdirSync(join(root, 'tty', name), { recursive: true });
      symlinkSync(target, join(root, 'tty', name, 'device'));
    }
    mkdirSync(join(root, 'tty', 'console'));
    expect(await listSysfsPorts(join(root, 'tty'))).toEqual([
      { path: '/dev/ttyACM0', vendorId: '0483', productId: '374b', serialNumber: '0668FF7' },
    ]);
    expect(await listSysfsPorts(join(root, 'nothing'))).toEqual([]);
  });
});
