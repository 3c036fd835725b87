import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boardsFolder, listBoards, loadBareMetalBoard, loadBoard } from './board.js';
import { boardHeader, bootNonceAddress, memoryScript } from './board-header.js';

type Json = Record<string, unknown>;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isochrone-board-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A board, the M4's where none is named, with one change, as a file of its own. */
async function variant(
  name: string,
  change: (board: Json) => void,
  of = 'mps2-an386',
): Promise<string> {
  const text = await readFile(join(boardsFolder(), `${of}.json`), 'utf8');
  const board = JSON.parse(text) as Json;
  board['name'] = name;
  change(board);
  const file = join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify(board));
  return file;
}

const part = (board: Json, key: string): Json => board[key] as Json;

describe('boards that come with the project', () => {
  it('all load, by their names', async () => {
    const names = await listBoards();
    expect(names).toContain('mps2-an386');
    for (const name of names) expect((await loadBoard(name)).name).toBe(name);
  });

  it('names the boards there are when asked for another', async () => {
    await expect(loadBoard('stm32-of-tomorrow')).rejects.toMatchObject({
      code: 'BOARD_UNKNOWN',
      hint: expect.stringContaining('mps2-an386') as string,
    });
  });
});

describe('bad board files', () => {
  const cases: readonly (readonly [string, string, (board: Json) => void])[] = [
    ['missing', '/', (b) => Reflect.deleteProperty(b, 'uarts')],
    ['unknown', '/', (b) => (b['colour'] = 'green')],
    [
      'address',
      '/memory/ram/origin',
      (b) => (part(part(b, 'memory'), 'ram')['origin'] = '20000000'),
    ],
    ['size', '/memory/flash/bytes', (b) => (part(part(b, 'memory'), 'flash')['bytes'] = 1023)],
    ['core', '/core/name', (b) => (part(b, 'core')['name'] = 'cortex-m99')],
    ['irq', '/uarts/link/receiveIrq', (b) => (part(part(b, 'uarts'), 'link')['receiveIrq'] = 64)],
    ['stack', '/stackBytes', (b) => (b['stackBytes'] = 262144)],
    ['usb', '/usb/0/vendorId', (b) => (b['usb'] = [{ vendorId: '0x483', productId: '374b' }])],
    ['reset', '/serial/resetSequence', (b) => (b['serial'] = { resetSequence: 'D0|X1' })],
    ['align', '/stackBytes', (b) => (b['stackBytes'] = 8190)],
    [
      'same',
      '/uarts/inject/base',
      (b) => (part(part(b, 'uarts'), 'inject')['base'] = '0x40004000'),
    ],
    [
      'sectors',
      '/flashAreas/slotB/bytes',
      (b) => (part(part(b, 'flashAreas'), 'slotB')['bytes'] = 458_753),
    ],
    [
      'one-sector',
      '/flashAreas/bootState/bytes',
      (b) => (part(part(b, 'flashAreas'), 'bootState')['bytes'] = 4096),
    ],
    [
      'overlap',
      '/flashAreas/slotB/origin',
      (b) => (part(part(b, 'flashAreas'), 'slotB')['origin'] = '0x21010000'),
    ],
    ['one-slot', '/flashAreas', (b) => Reflect.deleteProperty(part(b, 'flashAreas'), 'slotB')],
    ['counter', '/counter', (b) => (part(b, 'counter')['kind'] = 'sse-counter')],
    ['hal-of-linux', '/hal/0', (b) => (b['hal'] = ['linux'])],
    ['tty', '/uarts/link', (b) => (b['uarts'] = { link: { path: '/dev/ttyUSB0', baud: 9600 } })],
    ['core-of-linux', '/core/name', (b) => (part(b, 'core')['name'] = 'armv8-a')],
  ];
  it.each(cases)('%s: points at %s', async (name, pointer, change) => {
    const file = await variant(name, change);
    await expect(loadBoard(file)).rejects.toMatchObject({
      code: 'BOARD_INVALID',
      where: { file, pointer },
    });
  });

  const linuxCases: readonly (readonly [string, string, (board: Json) => void])[] = [
    ['linux-memory', '/memory', (b) => (b['memory'] = {})],
    ['linux-hal', '/hal', (b) => (b['hal'] = ['linux', 'stm32'])],
    ['linux-dsp', '/core', (b) => (part(b, 'core')['dsp'] = true)],
    ['linux-baud', '/uarts/link/baud', (b) => (part(part(b, 'uarts'), 'link')['baud'] = 921_601)],
    [
      'linux-runner',
      '/runner',
      (b) => (b['runner'] = { kind: 'qemu', emulator: 'q', machine: 'm' }),
    ],
    [
      'linux-same',
      '/uarts/inject/path',
      (b) => (part(part(b, 'uarts'), 'inject')['path'] = '/dev/ttyUSB0'),
    ],
  ];
  it.each(linuxCases)('%s: points at %s', async (name, pointer, change) => {
    const file = await variant(name, change, 'linux-aarch64');
    await expect(loadBoard(file)).rejects.toMatchObject({
      code: 'BOARD_INVALID',
      where: { file, pointer },
    });
  });

  it('a board of Linux where a microcontroller is asked for', async () => {
    await expect(loadBareMetalBoard('linux-aarch64')).rejects.toMatchObject({
      code: 'BOARD_NOT_BARE_METAL',
    });
  });

  it('a name that is not the file’s', async () => {
    const file = await variant('right', (b) => (b['name'] = 'wrong'));
    await expect(loadBoard(file)).rejects.toMatchObject({ where: { pointer: '/name' } });
  });

  it('text that is not JSON, and no file', async () => {
    const file = join(folder, 'torn.json');
    await writeFile(file, '{"name": "to');
    await expect(loadBoard(file)).rejects.toMatchObject({ code: 'BOARD_INVALID' });
    await expect(loadBoard(join(folder, 'none.json'))).rejects.toMatchObject({
      code: 'BOARD_UNREADABLE',
    });
  });

  it('the largest interrupt number and the smallest memories are accepted', async () => {
    const file = await variant('edge', (b) => {
      part(part(b, 'uarts'), 'link')['receiveIrq'] = 63;
      part(part(b, 'memory'), 'flash')['bytes'] = 1024;
    });
    expect((await loadBareMetalBoard(file)).memory.flash.bytes).toBe(1024);
  });
});

describe('a converter', () => {
  /** The Nucleo with one change. */
  const changed = async (
    name: string,
    change: (afe: Json, board: Json) => void,
  ): Promise<string> => {
    const text = await readFile(join(boardsFolder(), 'nucleo-f446re.json'), 'utf8');
    const board = { ...(JSON.parse(text) as Json), name };
    change(part(board, 'afe'), board);
    const file = join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify(board));
    return file;
  };

  it.each<[string, string, (afe: Json, board: Json) => void]>([
    ['no-driver', '/afe', (_, b) => (b['hal'] = ['cortex-m', 'cmsdk'])],
    ['too-slow', '/afe/spi/mostHz', (afe) => (part(afe, 'spi')['mostHz'] = 2_239_999)],
    ['pin-of-uart', '/afe/pins/start', (afe) => (part(afe, 'pins')['start'] = 'PA2')],
    ['same-pin', '/afe/pins/reset', (afe) => (part(afe, 'pins')['reset'] = 'PA5')],
    ['no-pins', '/afe', (afe) => Reflect.deleteProperty(afe, 'pins')],
  ])('%s: points at %s', async (name, pointer, change) => {
    const file = await changed(name, change);
    await expect(loadBoard(file)).rejects.toMatchObject({
      code: 'BOARD_INVALID',
      where: { file, pointer },
    });
  });

  it('takes the slowest bus that lasts, and is no part of an image without it', async () => {
    const file = await changed('slow', (afe) => (part(afe, 'spi')['mostHz'] = 2_240_000));
    const board = await loadBoard(file);
    expect(boardHeader(board)).toContain('#define ISO_BOARD_AFE_SPI_MOST_HZ 2240000u');
    expect(boardHeader(board)).toContain('#define ISO_BOARD_HAS_INJECT 0');
    expect(boardHeader(board, { converter: false })).toContain('#define ISO_BOARD_HAS_AFE 0');
    expect(boardHeader(board, { converter: false })).toContain('#define ISO_BOARD_HAS_INJECT 1');
  });
});

it('an image that starts by itself ends before the settings that are kept', async () => {
  const board = await loadBareMetalBoard('nucleo-f446re');
  expect(memoryScript(board)).toContain('FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 262144');
  expect(memoryScript(board, { flash: { origin: '0x08020000', bytes: 4096 } })).toContain(
    'FLASH (rx) : ORIGIN = 0x08020000, LENGTH = 4096',
  );
  expect(boardHeader(board)).toContain(
    '#define ISO_BOARD_FLASH_AREAS {{0}, {0}, {0}, {0x08040000u, 262144u, 131072u}}',
  );
});

it('the header and the linker script say what the file says', async () => {
  const board = await loadBareMetalBoard('mps2-an386');
  expect(boardHeader(board)).toContain('#define ISO_BOARD_LINK_BASE 0x40004000u');
  expect(boardHeader(board)).toContain('#define ISO_BOARD_NAME "mps2-an386"');
  // RAM ends where what a reset must not clear begins: the crash record (64 bytes) and, at the very
  // top, the boot's nonce (32).
  expect(memoryScript(board)).toContain('RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 262048');
  expect(memoryScript(board)).toContain('NOINIT (rw) : ORIGIN = 0x2003ffa0, LENGTH = 64');
  expect(bootNonceAddress(board)).toBe(0x2004_0000 - 32);
});
