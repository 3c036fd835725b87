/**
 * `npm run fuzz-wire [-- --executions N --seed N --length N]`: libFuzzer on the C decoder and encoder of the wire, under the address and undefined-behaviour
 * sanitizers. Exit code 4 on a finding; its input is kept in build/fuzz-wire.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { packageRoot } from '../../codegen/package-root.js';
import { wholeNumber } from '../../host/cli/arguments.js';
import { WIRE_SCHEMA } from '../../host/protocol/schema.js';
import { writeDispatch } from '../conformance/wire/harness.js';
import { EXIT_CHECK_FAILED } from '../../host/cli/exit-codes.js';

const SOURCES = ['iso_wire', 'iso_frame', 'iso_cobs', 'iso_crc32c'];
const FLAGS = [
  ...['-std=c99', '-O2', '-g', '-Wall', '-Wextra', '-Werror', '-Wconversion'],
  ...['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'],
];

export interface WireFuzz {
  readonly executions: number;
  readonly seed: number;
  /** Longest input in bytes; a frame has up to 522. */
  readonly length: number;
}

/** @returns whether nothing was found, and what libFuzzer said. Throws without clang. */
export function fuzzWire({ executions, seed, length }: WireFuzz): { sound: boolean; said: string } {
  const core = join(packageRoot(), 'firmware-templates', 'core');
  const folder = join(packageRoot(), 'build', 'fuzz-wire');
  writeDispatch(WIRE_SCHEMA, folder);
  const program = join(folder, 'fuzz-wire');
  const sources = [
    ...SOURCES.map((name) => join(core, `${name}.c`)),
    join(folder, 'dispatch.c'),
    join(packageRoot(), 'tests', 'fuzz', 'fuzz_wire.c'),
  ];
  execFileSync('clang', [...FLAGS, `-I${core}`, `-I${folder}`, '-o', program, ...sources]);
  const limits = [`-runs=${executions}`, `-seed=${seed}`, `-max_len=${length}`];
  const { status, stderr } = spawnSync(program, limits, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { sound: status === 0, said: stderr };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = new Command('fuzz-wire')
    .option('--executions <n>', 'the long form is 100000000', wholeNumber, 1_000_000)
    .option('--seed <n>', 'the same seed tries the same inputs', wholeNumber, 1)
    .option('--length <n>', 'longest input', wholeNumber, 600)
    .parse()
    .opts<WireFuzz>();
  const { sound, said } = fuzzWire(options);
  process.stdout.write(
    `${said
      .split('\n')
      .slice(sound ? -3 : -40)
      .join('\n')}\n`,
  );
  if (!sound) process.exitCode = EXIT_CHECK_FAILED;
}
