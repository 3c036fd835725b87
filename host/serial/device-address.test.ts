import { SerialPortMock } from 'serialport';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deviceAt, transportAt, type DeviceAtOptions } from './device-address.js';
import type { BoardOnPort } from './ports.js';

const handlers = { onBytes: (): void => undefined, onClosed: (): void => undefined };
const uarts = { link: { baud: 230_400 } };
const usb = [{ vendorId: '0483', productId: '374b' }];

afterEach(() => {
  SerialPortMock.binding.reset();
});

interface Bench {
  readonly options: DeviceAtOptions;
  /** What was set on the control lines, port by port. */
  readonly lines: unknown[];
  /** Path and baud rate of each port that was made. */
  readonly made: (readonly [string, number])[];
}

/** A machine whose ports are mocks. */
function bench(serial: BoardOnPort['serial'], more: DeviceAtOptions = {}): Bench {
  const lines: unknown[] = [];
  const made: (readonly [string, number])[] = [];
  const board = { name: 'nucleo', uarts, usb, ...(serial === undefined ? {} : { serial }) };
  return {
    lines,
    made,
    options: {
      boards: () => Promise.resolve([board, { name: 'emulated', uarts: { link: { baud: 9600 } } }]),
      list: () => SerialPortMock.list(),
      createPort: (path, baudRate) => {
        made.push([path, baudRate]);
        const port = new SerialPortMock({ path, baudRate, autoOpen: false });
        vi.spyOn(port, 'set').mockImplementation((set, done) => {
          lines.push(set);
          done?.(null);
        });
        return port;
      },
      ...more,
    },
  };
}

const plug = (path: string): void => {
  SerialPortMock.binding.createPort(path, { vendorId: '0483', productId: '374b' });
};

describe('a device by what is on its port', () => {
  it('is found again under another path, at the rate of its board', async () => {
    const { options, made } = bench(undefined);
    const open = deviceAt('auto', options);
    await expect(open()).rejects.toMatchObject({ code: 'LINK_PORT_NOT_FOUND' });
    plug('/dev/ttyACM0');
    await (await open()).open(handlers);
    SerialPortMock.binding.reset();
    plug('/dev/ttyACM1');
    await (await open()).open(handlers);
    expect(made).toEqual([
      ['/dev/ttyACM0', 230_400],
      ['/dev/ttyACM1', 230_400],
    ]);
  });

  it.each([
    ['board:nucleo', {}, 230_400],
    ['serial:1', {}, 230_400],
    ['/dev/ttyACM0', {}, 230_400],
    ['/dev/ttyACM0', { baudRate: 115_200 }, 115_200],
    ['/dev/ttyACM0', { board: 'emulated' }, 9600],
  ])('%s with %o is opened at %d', async (address, more, baud) => {
    const { options, made } = bench(undefined, more);
    plug('/dev/ttyACM0');
    await (await deviceAt(address, options)()).open(handlers);
    expect(made).toEqual([['/dev/ttyACM0', baud]]);
  });

  it('is opened at 921600 where nothing is known of it', async () => {
    SerialPortMock.binding.createPort('/dev/unknown');
    const { options, made } = bench(undefined);
    await (await deviceAt('/dev/unknown', options)()).open(handlers);
    expect(made).toEqual([['/dev/unknown', 921_600]]);
  });

  it.each(['', 'http://x:1', 'tcp://x', 'serial://x'])('"%s" is no address', (address) => {
    expect(() => deviceAt(address)).toThrow(/no address of a device/);
  });

  it('and a place that is known without looking is no wish', () => {
    expect(() => transportAt('auto')).toThrow(/no address of a device/);
    expect(transportAt('tcp://[::1]:5000').name).toBe('tcp://::1:5000');
  });
});

describe('DTR and RTS', () => {
  const wanted = { dtr: false, resetSequence: 'D0|R1|W5|R0' };

  it('stay as the driver has them where the board file says nothing', async () => {
    const { options, lines } = bench(undefined);
    plug('/dev/a');
    await (await deviceAt('auto', options)()).open(handlers);
    expect(lines).toEqual([]);
  });

  it('are as the board wants them, which is no reset', async () => {
    const { options, lines } = bench(wanted);
    plug('/dev/a');
    await (await deviceAt('auto', options)()).open(handlers);
    expect(lines).toEqual([{ dtr: false, rts: true }]);
  });

  it('reset the board when it is asked for, once: a port that is opened again goes on', async () => {
    const { options, lines } = bench(wanted, { reset: true });
    plug('/dev/a');
    const open = deviceAt('auto', options);
    const first = await open();
    await first.open(handlers);
    await first.close();
    expect(lines).toEqual([
      { dtr: false, rts: true },
      { dtr: false, rts: true },
      { dtr: false, rts: false },
      { dtr: false, rts: true },
    ]);
    await (await open()).open(handlers);
    expect(lines).toHaveLength(5);
  });

  it('cannot reset a board whose file does not say how', async () => {
    const { options } = bench({ dtr: false }, { reset: true });
    plug('/dev/a');
    await expect(deviceAt('auto', options)()).rejects.toMatchObject({ code: 'LINK_NO_RESET' });
  });
});
