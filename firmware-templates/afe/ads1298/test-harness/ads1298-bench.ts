/** The ADS1298 front end and the drivers below it on models (ads1298_bench.c), driven step by step. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { packageRoot } from '../../../../codegen/package-root.js';
import { boardHeader } from '../../../../host/toolchain/board-header.js';
import { loadBareMetalBoard, type BoardFrontEnd } from '../../../../host/toolchain/board.js';
import { Rows, buildDriverOf, type Driver, type Row } from '../../../core/test-harness/rows.js';

export const ELECTRODES = ['RA', 'LA', 'LL', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'RL'] as const;
export type Electrode = (typeof ELECTRODES)[number];
/** Power-up, self-test, reset again: the first sample comes after about 1.1 s. */
export const START_MS = 1200;
export const FAULT = {
  badStatus: 1,
  noReady: 2,
  flipBits: 3,
  loseRegisters: 4,
  dead: 5,
  weakChannel: 6,
  stopReady: 7,
  clockPpm: 8,
  otherChip: 9,
} as const;
/** Of the bus between processor and chip. */
export const BUS_FAULT = { noEnd: 1, noBus: 2, standUs: 3 } as const;

/** Boards with the drivers that are tested: what of them runs, and the models of their registers (test-harness). */
const BOARDS = {
  stm32f4: {
    board: 'nucleo-f446re',
    models: ['registers', 'pins'],
    drivers: [
      'stm32f4/spi',
      'stm32f4/data_ready',
      'stm32/pins',
      'stm32/clock_peripheral',
      'stm32/wait',
    ],
  },
  nrf52: {
    board: 'nrf52840-dk',
    models: ['registers'],
    drivers: ['nrf52/spi', 'nrf52/data_ready', 'nrf52/pins'],
  },
} as const;
export type Family = keyof typeof BOARDS;
export const FAMILIES = Object.keys(BOARDS) as Family[];

const templates = join(packageRoot(), 'firmware-templates');
const WARNINGS = ['-Wall', '-Wextra', '-Werror', '-fno-exceptions'];

/**
 * The drivers, compiled as C++ so that each access to a register is a call (registers.hpp). What DMA reads and writes
 * must lie where 32 bits reach it: `-no-pie`.
 */
function compileDrivers(family: Family, folder: string, includes: readonly string[]): string[] {
  const sources = BOARDS[family].drivers.map((driver) => join(templates, 'hal', `${driver}.c`));
  execFileSync(
    'g++',
    [
      ...['-std=c++20', '-O1', '-fno-pie', '-c', ...WARNINGS, ...includes],
      ...['-include', join(templates, 'hal', 'test-harness', 'registers.hpp'), '-x', 'c++'],
      ...sources,
    ],
    { cwd: folder },
  );
  return sources.map((source) => join(folder, basename(source).replace(/c$/, 'o')));
}

/** The front end with a family's drivers, on the models of its registers and of the converter. */
export async function build(
  changes: Partial<BoardFrontEnd> = {},
  family: Family = 'stm32f4',
): Promise<Driver> {
  const original = await loadBareMetalBoard(BOARDS[family].board);
  if (original.afe === undefined) throw new Error(`${original.name} has no converter`);
  const afe = { ...original.afe, ...changes };
  const board = { ...original, afe };
  const name = `ads1298-${family}-${createHash('sha256').update(JSON.stringify(board)).digest('hex').slice(0, 12)}`;
  const folder = join(packageRoot(), 'build', 'test', 'drivers', `${name}-parts.${process.pid}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'iso_board.h'), boardHeader(board));
  const includes = [
    folder,
    ...['hal/test-harness', 'afe', 'core', 'hal', ...original.hal.map((part) => `hal/${part}`)].map(
      (part) => join(templates, part),
    ),
  ].map((path) => `-I${path}`);
  const own = ['settings', 'reading', 'reduce', 'taps', 'bus'].map((part) => `iso_ads1298_${part}`);
  const sources = [
    ...['ads1298_front_end', ...own].map((file) => `afe/ads1298/${file}.c`),
    ...['ads1298_model', 'ads1298_bench', 'bench_bus'].map(
      (file) => `afe/ads1298/test-harness/${file}.c`,
    ),
    ...BOARDS[family].models.map((file) => `hal/${family}/test-harness/${file}.c`),
  ];
  return buildDriverOf(name, sources, [
    ...['-fno-pie', '-no-pie'],
    ...includes,
    ...compileDrivers(family, folder, includes),
    '-lm',
  ]);
}

export interface Outcome {
  /** Microvolt of I II V1 … V6, by sample index. */
  readonly samples: ReadonlyMap<number, readonly number[]>;
  readonly gaps: readonly { readonly at: number; readonly missing: number }[];
  readonly contact: readonly {
    readonly at: number;
    readonly off: readonly Electrode[];
    readonly measured: number;
  }[];
  /** Where test_signal changed, off at first. */
  readonly testSignal: readonly { readonly at: number; readonly on: boolean }[];
  readonly complaints: readonly string[];
  readonly ticks: ReadonlyMap<number, number>;
  readonly violations: number;
  readonly receiveErrors: number;
  readonly received: number;
  readonly missing: number;
  readonly railMicrovolt: number;
}

function complaintsOf(rows: readonly Row[]): string[] {
  const texts: string[] = [];
  let bytes = Buffer.alloc(0);
  for (const row of rows.filter(({ kind }) => kind === 3)) {
    bytes = Buffer.concat([bytes, Buffer.from(Int32Array.from(row.values).buffer)]);
    if (bytes.length >= row.first) {
      texts.push(bytes.toString('latin1', 0, row.first));
      bytes = Buffer.alloc(0);
    }
  }
  return texts;
}

function outcomeOf(rows: readonly Row[]): Outcome {
  const of = (kind: number): readonly Row[] => rows.filter((row) => row.kind === kind);
  const end = of(4)[0];
  const [receiveErrors = NaN, received = NaN, missing = NaN, railMicrovolt = NaN] =
    end?.values ?? [];
  return {
    samples: new Map(of(0).map(({ first, values }) => [first, values])),
    gaps: of(1).map(({ first, values }) => ({ at: first, missing: values[0] ?? NaN })),
    contact: of(2).map(({ first, values }) => ({
      at: first,
      off: ELECTRODES.filter((_, e) => (((values[0] ?? 0) >> e) & 1) === 1),
      measured: values[2] ?? NaN,
    })),
    testSignal: of(6).map(({ first, values }) => ({ at: first, on: values[0] === 1 })),
    complaints: complaintsOf(rows),
    ticks: new Map(of(5).map(({ first, values }) => [first, (values[0] ?? NaN) >>> 0])),
    violations: end?.first ?? NaN,
    receiveErrors,
    received,
    missing,
    railMicrovolt,
  };
}

const driver = await build();

export class Bench {
  readonly #rows = new Rows();

  run(milliseconds: number): this {
    this.#rows.push(0, milliseconds);
    return this;
  }
  busy(milliseconds: number): this {
    this.#rows.push(1, milliseconds);
    return this;
  }
  levels(microvolt: Partial<Record<Electrode, number>>): this {
    const [first, ...others] = ELECTRODES.slice(0, 9).map((name) => microvolt[name] ?? 0);
    this.#rows.push(2, first ?? 0, others);
    return this;
  }
  sine(electrode: Electrode, microvolt: number, hertz: number, level = 0): this {
    this.#rows.push(3, ELECTRODES.indexOf(electrode), [
      level,
      microvolt,
      hertz * 1000,
      0,
      0,
      0,
      0,
      0,
    ]);
    return this;
  }
  off(...electrodes: Electrode[]): this {
    this.#rows.push(
      4,
      electrodes.reduce((bits, name) => bits | (1 << ELECTRODES.indexOf(name)), 0),
    );
    return this;
  }
  fault(fault: number, howMuch = 0): this {
    this.#rows.push(5, fault, [howMuch, 0, 0, 0, 0, 0, 0, 0]);
    return this;
  }
  testSignal(on: boolean): this {
    this.#rows.push(6, on ? 1 : 0);
    return this;
  }
  busFault(fault: number, howMuch = 0): this {
    this.#rows.push(7, fault, [howMuch, 0, 0, 0, 0, 0, 0, 0]);
    return this;
  }
  end(on: Driver = driver): Outcome {
    return outcomeOf(on(this.#rows));
  }
}
