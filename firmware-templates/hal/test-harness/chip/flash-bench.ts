/** A family's flash driver on the model of its chip (flash_bench.c): compiled for this machine, asked line by line. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../../../codegen/package-root.js';
import { boardHeader } from '../../../../host/toolchain/board-header.js';
import { loadBareMetalBoard, type BareMetalBoard } from '../../../../host/toolchain/board.js';

const templates = join(packageRoot(), 'firmware-templates');
const hal = join(templates, 'hal');
export const chipHarness = join(hal, 'test-harness', 'chip');

/** As iso_hal_flash.h numbers them. */
export const SLOT_A = 0;
export const SLOT_B = 1;
export const BOOT_STATE = 2;
export const CONFIGURATION = 3;

export interface Answer {
  readonly done: boolean;
  readonly value: number;
  /** Most accesses without the watchdog being fed while the flash worked. */
  readonly hunger: number;
  /** In accesses: that it worked at once, and rested between two works (0: there was one at most). */
  readonly longestWork: number;
  readonly shortestRest: number;
  readonly masked: boolean;
  readonly forgotten: readonly [number, number];
  readonly locked: boolean;
  readonly bytes: readonly number[];
  readonly objections: readonly string[];
}

export interface FlashDriver {
  readonly board: string;
  /** Bytes that are programmed at once, and erased in a slot. */
  readonly unit: number;
  readonly sector: number;
  /** C files below firmware-templates: the driver's and the model's, and folders of their headers. */
  readonly sources: readonly string[];
  readonly folders: readonly string[];
  readonly flags?: readonly string[];
}

/** For the compiler: each access to a register of the board's chip comes to a model of it. */
export function chipModelFlags({ memory: { flash } }: BareMetalBoard): string[] {
  return [
    ...['-include', join(chipHarness, 'chip_model.h'), `-I${chipHarness}`],
    `-DMODEL_FLASH_ORIGIN=${flash.origin}u`,
    `-DMODEL_FLASH_BYTES=${flash.bytes}u`,
  ];
}

export class FlashBench {
  private constructor(private readonly program: string) {}

  static async build(name: string, driver: FlashDriver): Promise<FlashBench> {
    const out = join(packageRoot(), 'build', 'test', 'flash-drivers', name);
    const program = join(out, 'flash-bench');
    const board = await loadBareMetalBoard(driver.board);
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'iso_board.h'), boardHeader(board));
    execFileSync('gcc', [
      // Its text far away from the flash's address, which it must be free to use.
      ...['-std=gnu99', '-O2', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-fpie', '-pie'],
      ...['-fsanitize=undefined', '-fno-sanitize-recover=all', '-Wno-array-bounds'],
      ...['-Wno-stringop-overread', '-Wno-stringop-overflow'],
      ...(driver.flags ?? []),
      ...chipModelFlags(board),
      ...[out, hal, join(hal, 'cortex-m'), join(hal, 'flash-areas')].map((path) => `-I${path}`),
      ...['update', 'core', ...driver.folders].map((path) => `-I${join(templates, path)}`),
      ...['flash_bench', 'flash_model', 'chip_model'].map((file) => join(chipHarness, `${file}.c`)),
      ...['hal/flash-areas/flash_areas', 'update/iso_flash_log', 'core/iso_crc32c']
        .concat(driver.sources)
        .map((file) => join(templates, `${file}.c`)),
      ...['-o', program],
    ]);
    return new FlashBench(program);
  }

  ask(requests: readonly string[], faults: readonly string[] = []): Answer[] {
    const text = execFileSync(this.program, faults, {
      encoding: 'utf8',
      input: `${requests.join('\n')}\n`,
    });
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);
  }

  /** The requests' answers, none of which may have an objection. */
  clean(requests: readonly string[], faults: readonly string[] = []): Answer[] {
    const answers = this.ask(requests, faults);
    expect(answers.map(({ objections }) => objections)).toEqual(requests.map(() => []));
    expect(answers).toHaveLength(requests.length);
    return answers;
  }
}
