/** The boot loader as a program of this machine: how it starts what it chose where no emulator stands between. */
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../../codegen/package-root.js';
import { writeFlashArea } from '../../../../host/flash/flash-file.js';
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
    return 7;
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

it('goes on as the program of the slot: the same process with the same options, and no file of its own left open', async () => {
  const source = join(folder, 'program.c');
  await writeFile(source, PROGRAM);
  execFileSync('gcc', ['-D_DEFAULT_SOURCE', '-static', '-o', join(folder, 'program'), source]);
  const slotAddress = Number(flashAreasOf(board).slotA.origin);
  const described = { board: board.name, slotAddress, version: 1, oldestAllowed: 0, buildId: 1 };
  const image = makeImage(described, await readFile(join(folder, 'program')), privateKey);
  const state = join(folder, 'state');
  await writeFlashArea(board, state, 'slotA', slotContent(image));
  const options = ['--link', '/dev/ttyS9', '--state', state, '--realtime', '10'];
  const { pid, status, stdout, stderr } = spawnSync(bootElf, options, {
    encoding: 'utf8',
    env: {},
  });
  expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
  expect(stdout).toBe([pid, ...options].join(' '));
});
