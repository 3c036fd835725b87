/** The boot loader as a program of this machine: how it starts what it chose where no emulator stands between. */
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../../codegen/package-root.js';
import { writeFlashArea } from '../../../../host/flash/flash-file.js';
import { crc32c } from '../../../../host/protocol/crc32c.js';
import { loadBoard, type Board } from '../../../../host/toolchain/board.js';
import { buildBoot } from '../../../../host/toolchain/build-boot.js';
import { flashAreasOf } from '../../../../host/toolchain/slot-parts.js';
import { makeImage, slotContent } from '../../../../host/update/image.js';
import { rawPublicKey } from '../../../../host/update/keys.js';

vi.setConfig({ hookTimeout: 60_000 });

/** Prints its process, what it was given, and which files it finds open beside the three. */
const PROGRAM = `
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(int count, char **words) {
    printf("%d", (int)getpid());
    for (int i = 1; i < count; i += 1) {
        printf(" %s", words[i]);
    }
    for (int file = 3; file < 64; file += 1) {
        if (fcntl(file, F_GETFD) >= 0) {
            printf(" open:%d", file);
        }
    }
    return STATUS;
}
`;

let board: Board;
let bootElf = '';
let folder = '';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
beforeAll(async () => {
  board = {
    ...(await loadBoard('linux-aarch64')),
    compiler: { prefix: '', flags: [] },
  } as Board;
  const outDir = join(packageRoot(), 'build', 'test', 'linux-boot', 'native');
  bootElf = (await buildBoot({ board, publicKey: rawPublicKey(publicKey), outDir })).elfPath;
  folder = await mkdtemp(join(tmpdir(), 'isochrone-linux-boot-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that ends with a status, signed for a slot. */
async function fill(slot: 'slotA' | 'slotB', status: number): Promise<string> {
  const source = join(folder, 'program.c');
  const program = join(folder, slot);
  await writeFile(source, PROGRAM);
  const flags = ['-D_DEFAULT_SOURCE', `-DSTATUS=${status}`, '-static'];
  execFileSync('gcc', [...flags, '-o', program, source]);
  const slotAddress = Number(flashAreasOf(board)[slot].origin);
  const described = { board: board.name, slotAddress, version: 1, oldestAllowed: 0, buildId: 1 };
  const image = makeImage(described, await readFile(program), privateKey);
  const state = join(folder, 'state');
  await writeFlashArea(board, state, slot, slotContent(image));
  return state;
}

const boot = (...options: string[]): SpawnSyncReturns<string> =>
  spawnSync(bootElf, options, { encoding: 'utf8', env: {} });

it('goes on as the program of the slot: the same process with the same options, and no file of its own left open', async () => {
  const state = await fill('slotA', 7);
  const options = ['--link', '/dev/ttyS9', '--state', state, '--realtime', '10'];
  const { pid, status, stdout, stderr } = boot(...options);
  expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
  expect(stdout).toBe([pid, ...options].join(' '));
});

/** A record of the boot state (iso_flash_log.c, iso_boot_state.c): slot A confirmed, slot B on trial. */
function onTrial(attempts: number): Uint8Array {
  const record = Buffer.alloc(32);
  record.write('ISB1', 'latin1');
  record.writeUInt32LE(1, 4);
  record.writeUInt32LE((1 << 8) | (attempts << 16), 12);
  record.writeUInt32LE(crc32c(record.subarray(0, 28)), 28);
  return record;
}

it('counts every start of a trial, whatever status it ends with, and then starts the image before', async () => {
  const state = await fill('slotA', 7);
  await fill('slotB', 2);
  await writeFlashArea(board, state, 'bootState', onTrial(3));
  const ends = Array.from({ length: 5 }, () => boot('--state', state).status);
  expect(ends).toEqual([2, 2, 2, 7, 7]);
});
