/** Test helper: a board with two slots, its images of several versions, and its flash in a file, started again and again. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Random } from '../../../bench/link/random.js';
import { packageRoot } from '../../../codegen/package-root.js';
import { writeFlashArea } from '../../../host/flash/flash-file.js';
import { bootQemu, type EmulatedDevice } from '../../../host/flash/qemu.js';
import { serialTransport } from '../../../host/serial/serial-transport.js';
import { socketTransport } from '../../../host/serial/socket-transport.js';
import type { Transport } from '../../../host/serial/transport.js';
import { loadBoard, type Board } from '../../../host/toolchain/board.js';
import { buildImages } from '../../../host/update/build-images.js';
import { makeImage, slotContent, type FirmwareImage } from '../../../host/update/image.js';
import { UpdateLink } from '../../../host/update/update-link.js';
import { parseVersion } from '../../../host/update/version.js';
import { NETWORK } from './fixture-network.js';

export interface UpdateBench {
  readonly board: Board;
  readonly bootElf: string;
  readonly privateKey: KeyObject;
  /** The same program in another version, for both slots. */
  version(version: string, oldestAllowed?: string): readonly FirmwareImage[];
  /** Programs the first slot and erases the rest, as the factory does. */
  program(flashFile: string, image: FirmwareImage | undefined): Promise<void>;
}

/** @param networkDir another program for the same board */
export async function updateBench(boardName: string, networkDir = NETWORK): Promise<UpdateBench> {
  const board = await loadBoard(boardName);
  const { privateKey } = generateKeyPairSync('ed25519');
  // Every bench has a key of its own, and its boot loader with it: two that run side by side must not share one.
  const worker = process.env.VITEST_POOL_ID ?? 'alone';
  const folder = `${boardName}-${basename(networkDir)}-${worker}`;
  const { boot, images } = await buildImages({
    board,
    networkDir,
    frontEnd: 'uart',
    version: 0,
    oldestAllowed: 0,
    privateKey,
    outDir: join(packageRoot(), 'build', 'test', 'emulator', 'update', folder),
  });
  return {
    board,
    bootElf: boot.elfPath,
    privateKey,
    version: (version, oldestAllowed = '0.0.0') =>
      images.map((image) => ofVersion(image, version, oldestAllowed, privateKey)),
    program: async (flashFile, image) => {
      const content = image === undefined ? new Uint8Array() : slotContent(image);
      await writeFlashArea(board, flashFile, 'slotA', content);
      for (const area of ['slotB', 'bootState', 'configuration'] as const) {
        await writeFlashArea(board, flashFile, area, new Uint8Array());
      }
    },
  };
}

/** Signed anew; the build id tells a host which image runs, so it follows the version. */
export function ofVersion(
  image: FirmwareImage,
  version: string,
  oldestAllowed: string,
  privateKey: KeyObject,
): FirmwareImage {
  const { program, ...described } = image;
  return makeImage(
    { ...described, version: parseVersion(version), oldestAllowed: parseVersion(oldestAllowed) },
    program,
    privateKey,
  );
}

/** With the right key, but not as it was. */
export function resigned(bench: UpdateBench, image: FirmwareImage): FirmwareImage {
  return makeImage(image, image.program, bench.privateKey);
}

export interface RunningDevice {
  readonly device: EmulatedDevice;
  readonly link: UpdateLink;
  stop(): Promise<void>;
}

/** A line that loses or damages one write in so many, and as many of the pieces that come back. */
export interface LineFaults {
  readonly oneIn: number;
  readonly seed: number;
}

function faulty(transport: Transport, { oneIn, seed }: LineFaults): Transport {
  const random = new Random(seed);
  /** Undefined: lost. */
  const through = (bytes: Uint8Array): Uint8Array | undefined => {
    if (random.below(oneIn) > 0) return bytes;
    if (random.below(2) === 0) return undefined;
    return bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 0x10 : byte));
  };
  return {
    name: transport.name,
    open: ({ onBytes, onClosed }) =>
      transport.open({
        onBytes: (chunk) => {
          const bytes = through(chunk);
          if (bytes !== undefined) onBytes(bytes);
        },
        onClosed,
      }),
    write: async (bytes) => {
      const sent = through(bytes);
      if (sent !== undefined) await transport.write(sent);
    },
    close: () => transport.close(),
  };
}

/** @param flashFile beside which the link's socket lies; of a Linux board its state folder, and the link is a pseudo-terminal */
export async function start(
  bench: UpdateBench,
  flashFile: string,
  faults?: LineFaults,
): Promise<RunningDevice> {
  const linkSocket = `${flashFile}.link`;
  await rm(linkSocket, { force: true });
  const { board, bootElf } = bench;
  const isChip = board.system === undefined;
  const socket = isChip ? { linkSocket } : {};
  const device = await bootQemu({ board, elfPath: bootElf, flashFile, ...socket });
  const line = isChip
    ? socketTransport({ path: linkSocket })
    : serialTransport({ path: device.linkPath, baudRate: board.uarts.link.baud });
  const link =
    faults === undefined
      ? new UpdateLink(line)
      : // Losses are many: a test does not wait a second for each.
        new UpdateLink(faulty(line, faults), { answerMs: 200, attempts: 50 });
  await link.open();
  await device.release();
  return {
    device,
    link,
    stop: async () => {
      await device.kill();
      await link.close();
    },
  };
}
