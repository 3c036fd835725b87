import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { runProcess } from './process.js';

let built: Promise<string> | undefined;

/**
 * The QEMU plugin that counts a program's instructions, compiled for this machine.
 * @returns its path
 * @throws IsochroneError TOOLCHAIN_MISSING
 */
export function counterPlugin(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = join(packageRoot(), 'build', 'native');
  const plugin = join(folder, 'instruction_counter.so');
  const fresh = `${plugin}.${process.pid}`;
  const source = join(packageRoot(), 'host/toolchain/native/instruction_counter.c');
  await mkdir(folder, { recursive: true });
  const flags = ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror'];
  const { status, stderr } = await runProcess('gcc', [...flags, '-o', fresh, source]);
  if (status !== 0) {
    throw new IsochroneError('TOOLCHAIN_MISSING', `the instruction counter: ${stderr.trim()}`, {
      hint: 'Install gcc: sudo apt-get install -y gcc libc6-dev',
    });
  }
  // Two processes may build at once; a rename is whole or not at all.
  await rename(fresh, plugin);
  return plugin;
}
