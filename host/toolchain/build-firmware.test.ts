import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import type { IsochroneError } from '../../codegen/errors.js';
import { loadBareMetalBoard, type Board } from './board.js';
import { buildFirmware, type BuiltImage } from './build-firmware.js';

const out = (name: string): string => join(packageRoot(), 'build', 'test', 'build-firmware', name);
const NETWORK = join(packageRoot(), 'tests', 'end-to-end', 'emulator', 'fixtures', 'network');

const build = async (
  name: string,
  changes: { board?: Board; networkDir?: string } = {},
): Promise<BuiltImage> =>
  buildFirmware({
    board: changes.board ?? (await loadBareMetalBoard('mps2-an386')),
    networkDir: changes.networkDir ?? NETWORK,
    image: 'app',
    frontEnd: 'uart',
    outDir: out(name),
  });

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

/** All but the network's own code. */
async function copyHeaders(networkDir: string): Promise<void> {
  await mkdir(networkDir, { recursive: true });
  for (const name of ['network.h', 'class_lesions.h']) {
    await writeFile(join(networkDir, name), await readFile(join(NETWORK, name)));
  }
}

describe('buildFirmware', () => {
  it('gives the same bytes in another folder, and counts what it built', async () => {
    const one = await build('one');
    const two = await build('two');
    expect((await readFile(one.elfPath)).equals(await readFile(two.elfPath))).toBe(true);
    const board = await loadBareMetalBoard('mps2-an386');
    expect(one.flashBytes).toBeLessThan(board.memory.flash.bytes);
    expect(one.ramBytes).toBeLessThan(board.memory.ram.bytes);
    const bytes = (name: string): number =>
      one.sections.find((section) => section.name === name)?.bytes ?? 0;
    expect(bytes('.stack')).toBe(board.stackBytes);
    expect(one.ramBytes).toBe(bytes('.stack') + bytes('.data') + bytes('.bss') + bytes('.noinit'));
  });

  it('another network gives another build id', async () => {
    const networkDir = out('network-changed');
    await copyHeaders(networkDir);
    const source = await readFile(join(NETWORK, 'network.c'), 'utf8');
    await writeFile(join(networkDir, 'network.c'), source.replace('100 + lead', '101 + lead'));
    const original = await build('original');
    const changed = await build('changed', { networkDir });
    expect(changed.buildId).not.toBe(original.buildId);
  });

  it('a memory that is too small is named, with the bytes that are missing', async () => {
    const board = await loadBareMetalBoard('mps2-an386');
    const { ramBytes } = await build('one');
    const missing = async (bytes: number): Promise<unknown> => {
      const memory = { ...board.memory, ram: { ...board.memory.ram, bytes } };
      const error = await build('small', { board: { ...board, memory } }).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'FIRMWARE_TOO_LARGE', where: { region: 'RAM' } });
      return (error as IsochroneError).where['bytes'];
    };
    // Some tens of bytes are kept clear at the end of RAM.
    const little = await missing(ramBytes);
    expect(little).toBeGreaterThan(0);
    expect(little).toBeLessThan(100);
    expect(await missing(ramBytes - 40_000)).toBe(Number(little) + 40_000);
  });

  it('code that does not compile is shown', async () => {
    const networkDir = out('network-broken');
    await copyHeaders(networkDir);
    await writeFile(join(networkDir, 'network.c'), '#include "network.h"\nint8_t x = 4096;\n');
    await expect(build('broken', { networkDir })).rejects.toMatchObject({
      code: 'FIRMWARE_COMPILE',
      message: expect.stringContaining('network.c') as string,
    });
  });

  it('a folder without a network', async () => {
    await expect(build('none', { networkDir: out('nowhere') })).rejects.toMatchObject({
      code: 'NETWORK_MISSING',
    });
  });

  it('without a compiler it gives the line that installs one', async () => {
    process.env['PATH'] = '/nonexistent';
    await expect(build('missing')).rejects.toMatchObject({
      code: 'TOOLCHAIN_MISSING',
      hint: 'Run: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi',
    });
  });
});
