/**
 * A Linux board's service under QEMU's user emulation: the program on pseudo-terminals, as it would be on ttys, and started again
 * whenever it ends, as systemd does it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import { requireBareMetal, type LinuxBoard } from '../toolchain/board.js';
import {
  diedError,
  guarded,
  openSocket,
  watch,
  type BootOptions,
  type EmulatedDevice,
  type ExitInfo,
} from './emulator-process.js';

/** Statuses of set-up that failed (hal/linux/iso_linux.h), and of a shell without the program: starting it again helps nobody here. */
const NOT_STARTED = new Set<number | null>([1, 2, 126, 127]);
/** Between an end and the next start; systemd's default. */
const RESTART_MS = 100;
/** Of socat, until its pseudo-terminals are there. */
const PORTS_TIMEOUT_MS = 10_000;
const LOOK_AGAIN_MS = 10;

/** @throws IsochroneError BOARD_NOT_EMULATED */
export function emulatorCommand(board: LinuxBoard): readonly [string, ...string[]] {
  const { runner } = board;
  if (runner !== undefined) return [runner.emulator, '-cpu', runner.cpu];
  throw new IsochroneError('BOARD_NOT_EMULATED', `${board.name} names no emulator`, {
    hint: 'Choose a board whose file has a "runner", for instance linux-aarch64.',
    where: { board: board.name },
  });
}

/** What an operating system's program has no use for. @throws IsochroneError BOARD_NOT_BARE_METAL */
function refuseBareMetalOptions({ board, ...rest }: BootOptions): void {
  const { icount, semihosting, linkSocket } = rest;
  if ((icount ?? semihosting ?? linkSocket) !== undefined) requireBareMetal(board);
}

/** Without what a systemd that runs this very process has told it; a boot loader starts its image as it was started itself. */
function ownEnvironment(emulator: readonly string[]): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NOTIFY_SOCKET: undefined,
    STATE_DIRECTORY: undefined,
    ISOCHRONE_EMULATOR: emulator.join(' '),
  };
}

class Service {
  readonly exited: Promise<ExitInfo>;
  private end: (info: ExitInfo) => void = () => undefined;
  private child: ChildProcess | undefined;
  private wanted = false;
  private closed = false;

  constructor(
    private readonly command: readonly [string, string[]],
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.exited = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  get pid(): number {
    return this.child?.pid ?? -1;
  }

  start(): void {
    if (this.closed) return;
    this.wanted = true;
    if (this.child !== undefined) return;
    const child = spawn(...this.command, {
      env: this.environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child = child;
    void watch(child).then(async (info) => {
      this.child = undefined;
      if (this.closed || NOT_STARTED.has(info.status)) {
        this.end(info);
        return;
      }
      if (this.wanted) await sleep(RESTART_MS);
      if (this.wanted) this.start();
    });
  }

  /** Without a last word, as a cut of its power. */
  halt(): void {
    this.wanted = false;
    this.child?.kill('SIGKILL');
  }

  close(): void {
    this.closed = true;
    const running = this.child !== undefined;
    this.halt();
    if (!running) this.end({ status: null, signal: 'SIGKILL', stderrTail: '' });
  }
}

/** Two ends of a cable, or an end and a socket. */
class Cables {
  private readonly children: ChildProcess[] = [];
  readonly failed: Promise<never>;
  private fail: (error: IsochroneError) => void = () => undefined;

  constructor() {
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  lay(...ends: readonly string[]): void {
    const child = spawn(...guarded('socat', ends), { stdio: ['ignore', 'ignore', 'pipe'] });
    this.children.push(child);
    void watch(child).then((info) => this.fail(diedError('socat', info)));
  }

  /** What becomes possible as soon as socat is so far: a socket is there a moment before it listens. */
  async once<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const until = performance.now() + PORTS_TIMEOUT_MS;
    const retried = async (): Promise<Result> => {
      for (;;) {
        try {
          return await attempt();
        } catch (error) {
          if (performance.now() > until) throw error;
          await sleep(LOOK_AGAIN_MS);
        }
      }
    };
    return Promise.race([retried(), this.failed]);
  }

  remove(): void {
    for (const child of this.children) child.kill('SIGKILL');
  }
}

const tty = (path: string): string => `pty,raw,echo=0,link=${path}`;

/** Throws BOARD_NOT_EMULATED, EMULATOR_MISSING or EMULATOR_DIED; nothing is left behind then. */
export async function bootQemuUser(
  options: BootOptions & { readonly board: LinuxBoard },
): Promise<EmulatedDevice> {
  refuseBareMetalOptions(options);
  const [program, ...cpu] = emulatorCommand(options.board);
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-qemu-'));
  const path = (name: string): string => join(folder, name);
  const state = options.flashFile ?? path('state');
  const { linkFile } = options;
  const hasInject = options.board.uarts.inject !== undefined;
  const cables = new Cables();
  const emulator = [...cpu, ...(options.extraArgs ?? [])];
  const service = new Service(
    guarded(program, [
      ...emulator,
      options.elfPath,
      ...['--link', path('device-link'), '--state', state],
      ...(hasInject ? ['--inject', path('device-inject')] : []),
      ...(options.serviceOptions ?? []),
    ]),
    ownEnvironment([program, ...emulator]),
  );
  const exited = service.exited.then(async (info) => {
    cables.remove();
    await rm(folder, { recursive: true, force: true });
    return info;
  });
  try {
    await mkdir(state, { recursive: true });
    if (linkFile === undefined) cables.lay(tty(path('link')), tty(path('device-link')));
    else cables.lay('-u', tty(path('device-link')), `OPEN:${linkFile},creat,trunc`);
    cables.lay(`UNIX-LISTEN:${path('inject')}`, tty(path('device-inject')));
    await cables.once(() => access(linkFile ?? path('link')));
    await cables.once(() => access(path('device-link')));
    const inject = await cables.once(() => openSocket(path('inject')));
    // Its end is reported by `exited`; without a listener it would end this process.
    inject.on('error', () => undefined);
    await cables.once(() => access(path('device-inject')));
    return {
      linkPath: linkFile ?? path('link'),
      inject,
      get pid() {
        return service.pid;
      },
      release: () => Promise.resolve(service.start()),
      reset: () => {
        service.halt();
        return Promise.resolve(service.start());
      },
      hold: () => Promise.resolve(service.halt()),
      letGo: () => Promise.resolve(service.start()),
      kill: async () => {
        inject.destroy();
        service.close();
        await exited;
      },
      exited,
      died: (info) => diedError(program, info),
    };
  } catch (error) {
    service.close();
    await exited;
    throw error;
  }
}
