/** Small programs around the firmware's own core, compiled for this machine. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';

/** The core's include folder keeps this a plain C99 program; `-Werror` as everywhere. */
const FLAGS = ['-std=c99', '-O2', '-Wall', '-Wextra', '-Werror', '-Wconversion'];

export interface NativeProgram {
  /** Of the program in build/native. */
  readonly name: string;
  /** Sources beside the core, relative to the package root. */
  readonly sources: readonly string[];
  /** `chain` stands for iso_chain.c. */
  readonly core: readonly string[];
}

/**
 * Compiles what has not been compiled yet: programs are kept by the content of their sources, of every header of the core, by compiler
 * and flags.
 * @returns path of the program
 * @throws IsochroneError TOOLCHAIN_MISSING when there is no gcc
 */
export function buildNativeProgram({ name, sources, core }: NativeProgram): string {
  const root = packageRoot();
  const folder = join(root, 'build', 'native');
  const coreFolder = join(root, 'firmware-templates', 'core');
  const files = [
    ...sources.map((file) => join(root, file)),
    ...core.map((part) => join(coreFolder, `iso_${part}.c`)),
  ];
  try {
    const program = join(folder, `${name}-${keyOf(files, coreFolder)}`);
    if (existsSync(program)) return program;
    mkdirSync(folder, { recursive: true });
    const fresh = `${program}.${process.pid}`;
    execFileSync('gcc', [...FLAGS, `-I${coreFolder}`, '-o', fresh, ...files], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // Two processes may build at once; a rename is whole or not at all.
    renameSync(fresh, program);
    return program;
  } catch (cause) {
    throw new IsochroneError(
      'TOOLCHAIN_MISSING',
      'the signal chain could not be compiled for this machine',
      { hint: 'Install gcc: sudo apt-get install -y gcc libc6-dev', cause },
    );
  }
}

function keyOf(files: readonly string[], coreFolder: string): string {
  const hash = createHash('sha256');
  hash.update(execFileSync('gcc', ['--version'], { stdio: ['ignore', 'pipe', 'pipe'] }));
  hash.update(FLAGS.join(' '));
  const headers = readdirSync(coreFolder)
    .filter((file) => file.endsWith('.h'))
    .map((file) => join(coreFolder, file));
  for (const file of [...headers.sort(), ...files]) {
    hash.update(`${file}\n`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}
