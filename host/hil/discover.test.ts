import { expect, it } from 'vitest';
import type { BenchEntry } from './bench-map.js';
import { discoverBench } from './discover.js';

const BOARDS = [
  {
    name: 'nucleo',
    usb: [{ vendorId: '0483', productId: '374b' }],
    uarts: { link: { baud: 921600 } },
  },
];
const NUCLEO = { vendorId: '0483', productId: '374b' };

it('adds boards that are new, by serial number, each under a name of its own', () => {
  const known: BenchEntry[] = [
    { name: 'nucleo', kind: 'board', board: 'nucleo', port: 'serial:1' },
  ];
  const ports = [
    { path: '/dev/ttyACM0', ...NUCLEO, serialNumber: '1' },
    { path: '/dev/ttyACM1', ...NUCLEO, serialNumber: '2' },
    { path: '/dev/ttyACM2', ...NUCLEO },
    { path: '/dev/ttyUSB0', vendorId: 'ffff', productId: '0001' },
  ];
  expect(discoverBench(known, ports, BOARDS)).toEqual([
    { name: 'nucleo-2', kind: 'board', board: 'nucleo', port: 'serial:2' },
    { name: 'nucleo-3', kind: 'board', board: 'nucleo', port: '/dev/ttyACM2' },
  ]);
});
