/**
 * Boots an image in QEMU with its serial ports reachable from here. The link UART is a pty (opened through serialport, as a
 * real board's port is); the machine starts held, so that nothing is sent before somebody listens.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { requireBareMetal, type Board, type QemuRunner } from '../toolchain/board.js';
import { bootNonceAddress } from '../toolchain/board-header.js';
import {
  diedError,
  guarded,
  openSocket,
  watch,
  type BootOptions,
  type EmulatedDevice,
} from './emulator-process.js';
import { prepareFlashFile } from './flash-file.js';
import { bootQemuUser } from './qemu-user.js';
import { QmpClient } from './qmp.js';

export type { BootOptions, EmulatedDevice, ExitInfo } from './emulator-process.js';

/** Generous: QEMU answers in 0.1 s on an idle machine; turns a silent hang into an error. */
const START_TIMEOUT_MS = 20_000;
/** From the end of its streams to its exit status. */
const END_GRACE_MS = 1000;
/**
 * QEMU looks once a second whether somebody has opened its pty. Until it has noticed, it throws away whatever does not fit
 * into the pty at once, and says nothing (chardev/char-pty.c): the processor stays held until then.
 */
const PTY_NOTICE_MS = 1100;
/** A comma ends an option's value in QEMU's syntax; doubled, it stands for itself. */
const escapeComma = (text: string): string => text.replaceAll(',', ',,');

/** @throws IsochroneError BOARD_NOT_EMULATED */
function runnerOf(board: Board): QemuRunner {
  const { runner } = requireBareMetal(board);
  if (runner !== undefined) return runner;
  throw new IsochroneError(
    'BOARD_NOT_EMULATED',
    `${board.name} is hardware: QEMU does not emulate it`,
    {
      hint: 'Choose a board whose file has a "runner", for instance mps2-an386.',
      where: { board: board.name },
    },
  );
}

/** The machine, its memory in a file where one is given. */
function machineArguments({ board, flashFile }: BootOptions): string[] {
  const { machine, persistentMemory } = runnerOf(board);
  if (flashFile === undefined || persistentMemory === undefined) return ['-machine', machine];
  const backend = `memory-backend-file,id=flash,share=on,mem-path=${escapeComma(flashFile)},size=${persistentMemory.bytes}`;
  return ['-machine', `${machine},memory-backend=flash`, '-object', backend];
}

const socketDevice = (id: string, path: string): string =>
  `socket,id=${id},path=${escapeComma(path)},server=on,wait=off,mux=on`;

function linkDevice({ linkSocket, linkFile }: BootOptions): string {
  if (linkSocket !== undefined) return socketDevice('link', linkSocket);
  return linkFile === undefined ? 'pty,id=link' : `file,id=link,path=${escapeComma(linkFile)}`;
}

export function emulatorArguments(options: BootOptions, injectSocket: string): string[] {
  const board = requireBareMetal(options.board);
  const ports = [
    { index: board.uarts.link.index, id: 'link' },
    ...(board.uarts.inject === undefined
      ? []
      : [{ index: board.uarts.inject.index, id: 'inject' }]),
  ];
  const serials: string[] = [];
  for (let index = 0; index <= Math.max(...ports.map((port) => port.index)); index += 1) {
    const port = ports.find((candidate) => candidate.index === index);
    serials.push('-serial', port === undefined ? 'null' : `chardev:${port.id}`);
  }
  const nonce = options.bootNonce ?? randomInt(1, 2 ** 32 - 1);
  const nonceAt = `0x${bootNonceAddress(board).toString(16)}`;
  const semihosting = ['enable=on', 'target=native', 'arg=isochrone'].concat(
    (options.semihosting?.args ?? []).map((arg) => `arg=${escapeComma(arg)}`),
  );
  return [
    ...machineArguments(options),
    '-nodefaults',
    '-display',
    'none',
    '-monitor',
    'none',
    '-S',
    '-qmp',
    'stdio',
    '-chardev',
    linkDevice(options),
    '-chardev',
    socketDevice('inject', injectSocket),
    // A multiplexer without its escape character (0x100 is no byte): it holds 32 bytes and hands the UART the next one as soon
    // as the firmware takes one. Without it each byte waits for a turn of QEMU's main loop: 9 KB/s instead of 100 KB/s.
    '-echr',
    '0x100',
    ...serials,
    '-kernel',
    options.elfPath,
    '-device',
    `loader,addr=${nonceAt},data=${nonce},data-len=4`,
    ...(options.icount === undefined ? [] : ['-icount', `shift=${options.icount.shift},sleep=off`]),
    ...(options.semihosting === undefined ? [] : ['-semihosting-config', semihosting.join(',')]),
    ...(options.extraArgs ?? []),
  ];
}

function timeout(program: string): IsochroneError {
  return new IsochroneError(
    'EMULATOR_DIED',
    `the emulator did not answer within ${START_TIMEOUT_MS / 1000} s`,
    { hint: 'Check the load of this machine and run the command again.', where: { program } },
  );
}

/** Throws BOARD_NOT_EMULATED, EMULATOR_MISSING or EMULATOR_DIED; nothing is left behind then. */
export async function bootQemu(options: BootOptions): Promise<EmulatedDevice> {
  if (options.board.system === 'linux') return bootQemuUser({ ...options, board: options.board });
  const program = runnerOf(options.board).emulator;
  if (options.flashFile !== undefined) await prepareFlashFile(options.board, options.flashFile);
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-qemu-'));
  const injectSocket = join(folder, 'inject');
  const [command, args] = guarded(program, emulatorArguments(options, injectSocket));
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = watch(child).then(async (info) => {
    await rm(folder, { recursive: true, force: true });
    return info;
  });
  // Ctrl-C reaches the whole group; what ends this process without it is the kernel's to clean up.
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };

  const qmp = new QmpClient(child.stdout, child.stdin);
  let timer: NodeJS.Timeout | undefined;
  const start = async (): Promise<EmulatedDevice> => {
    await qmp.negotiate();
    const instead = options.linkSocket ?? options.linkFile;
    const linkPath = instead ?? (await qmp.ptyPath('link'));
    // Opened here first, so that the wait is over, or nearly, when the caller has opened it for good.
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
    const holder =
      instead === undefined ? await open(linkPath, O_RDWR | O_NOCTTY | O_NONBLOCK) : undefined;
    const noticedAt = holder === undefined ? 0 : performance.now() + PTY_NOTICE_MS;
    void exited.then(() => holder?.close()).catch(() => undefined);
    const inject = await openSocket(injectSocket);
    // Nobody else connects: without a name there is nothing that a killed parent could leave behind.
    await rm(folder, { recursive: true, force: true });
    // Its end is reported by `exited`; without a listener it would end this process.
    inject.on('error', () => undefined);
    return {
      linkPath,
      inject,
      pid: child.pid ?? -1,
      release: async ({ linkUnused = false } = {}) => {
        if (!linkUnused) await sleep(Math.max(0, noticedAt - performance.now()));
        let continued = false;
        try {
          // Its answer means that QEMU's main loop, and with it the look at the pty, has come round since.
          await qmp.execute('query-status');
          continued = true;
          await qmp.execute('cont');
        } catch {
          const info = await exited;
          // A short image can end before QEMU has answered that it goes on: its end is the caller's to read.
          if (!(linkUnused && continued && info.signal === null)) throw diedError(program, info);
        } finally {
          await holder?.close();
        }
      },
      reset: async () => {
        await qmp.execute('system_reset');
      },
      hold: async () => {
        await qmp.execute('stop');
        await qmp.execute('system_reset');
      },
      letGo: async () => {
        await qmp.execute('cont');
      },
      kill: async () => {
        inject.destroy();
        await kill();
      },
      exited,
      died: (info) => diedError(program, info),
    };
  };
  try {
    return await Promise.race([
      start(),
      exited.then((info) => {
        throw diedError(program, info);
      }),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(timeout(program));
        }, START_TIMEOUT_MS);
      }),
    ]);
  } catch (error) {
    // A stream that closed under us is a symptom; how the emulator ended is the cause.
    if (error instanceof IsochroneError) {
      await kill();
      throw error;
    }
    await Promise.race([exited, sleep(END_GRACE_MS)]);
    child.kill('SIGKILL');
    throw diedError(program, await exited);
  } finally {
    clearTimeout(timer);
  }
}

export interface RunResult {
  readonly status: number;
}

/**
 * Runs an image that ends by itself (SYS_EXIT_EXTENDED) and gives its exit status.
 * Throws EMULATOR_MISSING, EMULATOR_TIMEOUT, or EMULATOR_DIED when it ended otherwise (an abort included).
 */
export async function runToExit(
  options: BootOptions & { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<RunResult> {
  const device = await bootQemu(options);
  let timedOut = false;
  const stop = (): void => void device.kill();
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, options.timeoutMs);
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    await device.release({ linkUnused: true });
    const info = await device.exited;
    if (info.status === null) throw device.died(info);
    return { status: info.status };
  } catch (error) {
    throw timedOut ? runTimeout(options) : error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
    await device.kill();
  }
}

function runTimeout({ board, timeoutMs }: BootOptions & { timeoutMs: number }): IsochroneError {
  return new IsochroneError(
    'EMULATOR_TIMEOUT',
    `the program on ${board.name} did not end within ${timeoutMs / 1000} s`,
    {
      hint: 'Allow more time or give it fewer vectors; this machine may be busy.',
      where: { board: board.name, timeoutMs },
    },
  );
}
