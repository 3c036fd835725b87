/**
 * The whole device on emulated boards, fed by its own patient (front end `synthetic`: an interrupt takes a sample 500 times a second
 * of the device's own clock): what it loses, how long its loop and its interrupts take, what it fills. Instructions are counted by
 * the emulator (`-icount`) and repeat; times and the share of the processor are those of a core that executes 31 million a second,
 * less than half of what a Cortex-M4 at 100 MHz does. Boards of Linux run in real time, beside whatever else this machine does, and
 * have times only. Nobody acknowledges, so every answer is sent again: the link's worst case.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../codegen/package-root.js';
import { DEFAULT_MODEL, generateNetwork } from '../host/cli/network.js';
import { progress } from '../host/cli/progress.js';
import { bootQemu } from '../host/flash/qemu.js';
import type { Duty, StatusMessage } from '../host/protocol/messages.js';
import { DUTY_VALUES } from '../host/protocol/messages.js';
import { textTable } from '../host/report/text.js';
import { backendOf, loadBoard, type Board } from '../host/toolchain/board.js';
import { buildFirmware, type BuiltImage } from '../host/toolchain/build-firmware.js';
import type { ImageSection } from '../host/toolchain/image-parts.js';
import { listenToFile, type DeviceAccount } from './device/listen.js';

/** 32 ns an instruction. */
const ICOUNT_SHIFT = 5;
const INSTRUCTIONS_PER_SECOND = 1e9 / 2 ** ICOUNT_SHIFT;

export interface Longest {
  readonly loop: number;
  readonly interrupt: number;
  readonly duties: Readonly<Record<Duty, number>>;
}

export interface DeviceReport {
  readonly board: string;
  readonly network: string;
  /** Of the device's own clock. */
  readonly seconds: number;
  readonly wallSeconds: number;
  readonly samples: {
    readonly due: number;
    readonly delivered: number;
    /** Due and not delivered: for whatever reason, the interrupt's included. */
    readonly lost: number;
  };
  readonly results: number;
  readonly explained: number;
  /** Longest so far, of the device's own counting; null where instructions are not counted. */
  readonly instructions: Longest | null;
  readonly microseconds: Longest;
  readonly instructionsPerSecond: number | null;
  readonly cpuLoadPermille: { readonly mean: number; readonly worst: number };
  readonly stack: { readonly highWaterBytes: number; readonly bytes: number };
  readonly transmitHighWaterBytes: number;
  readonly flashBytes: number;
  readonly ramBytes: number;
  readonly sections: readonly ImageSection[];
  readonly errors: readonly string[];
  /** Nothing lost, nothing wrong, and results came. */
  readonly holds: boolean;
}

export interface DeviceOptions {
  readonly boards: readonly string[];
  readonly seconds: number;
  readonly model?: string;
}

export async function benchDevice(options: DeviceOptions): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const name of options.boards) {
    const board = await loadBoard(name);
    // QEMU 7.2 without sleep goes on to the next but one tick of a timer when the processor sleeps: it must not.
    const awake = board.system === undefined ? { ...board, sleeps: false } : board;
    reports.push(await measure(awake, options));
  }
  return reports;
}

async function measure(board: Board, options: DeviceOptions): Promise<DeviceReport> {
  const out = join(packageRoot(), 'build', 'bench', 'device', board.name);
  const { compiled, folder: networkDir } = generateNetwork(
    options.model ?? DEFAULT_MODEL,
    join(out, 'network'),
    {
      leads: 8,
      target: { backend: backendOf(board), optimize: 'balanced' },
    },
  );
  const image = await buildFirmware({
    board,
    networkDir,
    image: 'app',
    frontEnd: 'synthetic',
    outDir: join(out, 'image'),
  });
  const started = performance.now();
  const account = await run(board, image, options.seconds);
  return toReport(board, compiled.program.name, image, account, {
    seconds: options.seconds,
    wallSeconds: (performance.now() - started) / 1000,
  });
}

async function run(board: Board, image: BuiltImage, seconds: number): Promise<DeviceAccount> {
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-device-'));
  const linkFile = join(folder, 'link');
  const device = await bootQemu({
    board,
    elfPath: image.elfPath,
    ...(board.system === undefined ? { icount: { shift: ICOUNT_SHIFT } } : {}),
    bootNonce: 1,
    linkFile,
  });
  const bar = progress(board.name);
  try {
    await device.release();
    const account = await Promise.race([
      listenToFile(linkFile, seconds, (done) => bar.update(Math.round(done), seconds)),
      device.exited.then((info) => {
        throw device.died(info);
      }),
    ]);
    bar.finish(`${seconds} s`);
    return account;
  } finally {
    await device.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function toReport(
  board: Board,
  network: string,
  image: BuiltImage,
  account: DeviceAccount,
  time: { readonly seconds: number; readonly wallSeconds: number },
): DeviceReport {
  const { lastStatus: status, due, delivered, errors, results, explained } = account;
  const counted = board.system === undefined;
  const longest = (unitsPerSecond: number): Longest => {
    const units = (ticks: number): number =>
      Math.round((ticks * unitsPerSecond) / account.ticksPerSecond);
    return {
      loop: units(status.loopWorstTicks),
      interrupt: units(status.interruptWorstTicks),
      duties: byDuty(status, units),
    };
  };
  const lost = due - delivered;
  return {
    board: board.name,
    network,
    ...time,
    samples: { due, delivered, lost },
    results,
    explained,
    instructions: counted ? longest(INSTRUCTIONS_PER_SECOND) : null,
    microseconds: longest(1e6),
    instructionsPerSecond: counted ? INSTRUCTIONS_PER_SECOND : null,
    cpuLoadPermille: account.cpuLoadPermille,
    stack: { highWaterBytes: status.stackHighWaterBytes, bytes: board.stackBytes },
    transmitHighWaterBytes: status.transmitHighWater,
    flashBytes: image.flashBytes,
    ramBytes: image.ramBytes,
    sections: image.sections,
    errors,
    holds: lost === 0 && errors.length === 0 && explained > 0 && explained === results,
  };
}

function byDuty(status: StatusMessage, units: (ticks: number) => number): Record<Duty, number> {
  const entries = DUTY_VALUES.map(
    (duty, index) => [duty, units(status.dutyWorstTicks[index] ?? 0)] as const,
  );
  return Object.fromEntries(entries) as Record<Duty, number>;
}

export function deviceText(reports: readonly DeviceReport[]): string {
  const count = (value: number): string => value.toLocaleString('en');
  const longest =
    (of: (times: Longest) => number) =>
    ({ instructions, microseconds }: DeviceReport): string =>
      instructions === null ? `${count(of(microseconds))} µs` : `${count(of(instructions))} instr`;
  const rows: [string, (report: DeviceReport) => string][] = [
    ['seconds of signal', ({ seconds }) => count(seconds)],
    ['samples due', ({ samples }) => count(samples.due)],
    ['samples lost', ({ samples }) => count(samples.lost)],
    ['results, explained', ({ results, explained }) => `${results}, ${explained}`],
    ['worst round of the loop', longest(({ loop }) => loop)],
    ['worst interrupt latency', longest(({ interrupt }) => interrupt)],
    ...DUTY_VALUES.map((duty): [string, (report: DeviceReport) => string] => [
      `worst turn of ${duty}`,
      longest(({ duties }) => duties[duty]),
    ]),
    [
      'CPU, mean and worst second',
      ({ cpuLoadPermille: { mean, worst } }) =>
        `${(mean / 10).toFixed(1)} %, ${(worst / 10).toFixed(1)} %`,
    ],
    ['stack used of', ({ stack }) => `${count(stack.highWaterBytes)} of ${count(stack.bytes)} B`],
    ['link buffer, most', ({ transmitHighWaterBytes }) => `${count(transmitHighWaterBytes)} B`],
    ['flash', ({ flashBytes }) => `${count(flashBytes)} B`],
    ['RAM', ({ ramBytes }) => `${count(ramBytes)} B`],
    ...sectionRows(reports, count),
    ['errors', ({ errors }) => (errors.length === 0 ? 'none' : errors.join('; '))],
  ];
  return textTable(
    ['', ...reports.map(({ board }) => board)],
    rows.map(([name, value]) => [name, ...reports.map(value)]),
  );
}

function sectionRows(
  reports: readonly DeviceReport[],
  count: (value: number) => string,
): [string, (report: DeviceReport) => string][] {
  const names = [...new Set(reports.flatMap(({ sections }) => sections.map(({ name }) => name)))];
  return names.map((name) => [
    `  ${name}`,
    ({ sections }) => {
      const section = sections.find((candidate) => candidate.name === name);
      return section === undefined ? '–' : `${count(section.bytes)} B`;
    },
  ]);
}
