/** An emulator as a process of this machine: what every kind of it has, guarded against outliving us, its end told in words. */
import type { ChildProcess } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { IsochroneError } from '../../codegen/errors.js';
import type { Board } from '../toolchain/board.js';

export interface BootOptions {
  readonly board: Board;
  readonly elfPath: string;
  /** Exact instruction counting: 2^shift ns per instruction, no sleep (`-icount shift=6,sleep=off`). */
  readonly icount?: { readonly shift: number };
  /** Arguments of the image, reaching it through semihosting. */
  readonly semihosting?: { readonly args: readonly string[] };
  /** Random word that makes the boot id; a fixed one makes runs repeat byte for byte. */
  readonly bootNonce?: number;
  /** What the firmware writes into its flash areas is kept in this file, over the emulator's end however it comes (flash-file.ts). */
  readonly flashFile?: string;
  /** The link as a socket at this path instead of a pty: some ten times as fast towards the device, and no wait before it runs. */
  readonly linkSocket?: string;
  /**
   * Where everything that the device sends is written, instead of to a pty: takes bytes as fast as the device gives them, however
   * fast its time runs, and says nothing back. `linkPath` is this file then.
   */
  readonly linkFile?: string;
  /** Further options of a Linux board's service. */
  readonly serviceOptions?: readonly string[];
  /** Further arguments for the emulator, for instance a TCG plugin. */
  readonly extraArgs?: readonly string[];
}

export interface ExitInfo {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderrTail: string;
}

export interface EmulatedDevice {
  /** Path of the pty, or of the socket, that is the device's link port. */
  readonly linkPath: string;
  /** Raw bytes to and from the device's inject port. */
  readonly inject: Socket;
  readonly pid: number;
  /**
   * Lets the held processor run; call it once the link port is open. It takes until a second after the boot (PTY_NOTICE_MS)
   * unless the image does not use its link. Throws EMULATOR_DIED.
   */
  release(options?: { readonly linkUnused?: boolean }): Promise<void>;
  /** As its reset pin would: memory keeps what it held. */
  reset(): Promise<void>;
  /** As its reset pin held down, and let go: nothing runs in between. */
  hold(): Promise<void>;
  letGo(): Promise<void>;
  /** Stops the emulator and removes its files; safe to call again. */
  kill(): Promise<void>;
  /** Resolves once the emulator has ended, however it ended. Never rejects. */
  readonly exited: Promise<ExitInfo>;
  /** The error that an unexpected end deserves. */
  died(info: ExitInfo): IsochroneError;
}

/** Debian packages by emulator. */
const PACKAGES: Readonly<Record<string, string>> = {
  'qemu-system-arm': 'qemu-system-arm',
  'qemu-aarch64': 'qemu-user',
  socat: 'socat',
};

const STDERR_TAIL_BYTES = 4096;

/**
 * The kernel kills the emulator when this process dies, even by SIGKILL (`setpriv --pdeathsig`). Should this process die
 * before that is in force, the parent id has changed and the shell does not start the emulator at all. No core dumps of it.
 */
export function guarded(program: string, args: readonly string[]): [string, string[]] {
  if (process.platform !== 'linux') return [program, [...args]];
  const script = '[ "$PPID" = "$1" ] || exit 1; shift; ulimit -c 0; exec "$@"';
  const shell = ['sh', '-c', script, 'sh', String(process.pid), program, ...args];
  return ['setpriv', ['--pdeathsig', 'KILL', '--', ...shell]];
}

export function missing(program: string, cause?: unknown): IsochroneError {
  return new IsochroneError('EMULATOR_MISSING', `the emulator ${program} is not installed`, {
    hint: `Run: apt-get install ${PACKAGES[program] ?? program} util-linux`,
    where: { program },
    cause,
  });
}

export function diedError(program: string, info: ExitInfo): IsochroneError {
  // `sh` and `setpriv` report a program that is not there with status 127.
  if (info.status === 127) return missing(program);
  const how = info.signal === null ? `with status ${String(info.status)}` : `by ${info.signal}`;
  const said = info.stderrTail.trim();
  return new IsochroneError(
    'EMULATOR_DIED',
    `the emulator ended ${how}${said === '' ? '' : `: ${said}`}`,
    {
      hint: 'If it names a file or a machine, check the board file; otherwise run the command again.',
      where: {
        program,
        status: info.status ?? -1,
        ...(info.signal ? { signal: info.signal } : {}),
      },
    },
  );
}

export function watch(child: ChildProcess): Promise<ExitInfo> {
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-STDERR_TAIL_BYTES);
  });
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      resolve({
        status: error.code === 'ENOENT' ? 127 : -1,
        signal: null,
        stderrTail: error.message,
      });
    });
    child.on('close', (status, signal) => {
      resolve({ status, signal, stderrTail: tail });
    });
  });
}

export function openSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
