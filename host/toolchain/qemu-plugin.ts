import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { runProcess } from './process.js';

/** A source of host/toolchain/native; it tells the plugin's arguments. */
export type QemuPlugin = 'instruction_counter' | 'block_counter';

const built = new Map<QemuPlugin, Promise<string>>();

/**
 * A plugin of QEMU, compiled for this machine.
 * @returns its path
 * @throws IsochroneError TOOLCHAIN_MISSING
 */
export function qemuPlugin(name: QemuPlugin): Promise<string> {
  const known = built.get(name);
  if (known !== undefined) return known;
  const made = build(name);
  built.set(name, made);
  return made;
}

async function build(name: QemuPlugin): Promise<string> {
  const folder = join(packageRoot(), 'build', 'native');
  const plugin = join(folder, `${name}.so`);
  const fresh = `${plugin}.${process.pid}`;
  const source = join(packageRoot(), 'host/toolchain/native', `${name}.c`);
  await mkdir(folder, { recursive: true });
  const flags = ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror'];
  const { status, stderr } = await runProcess('gcc', [...flags, '-o', fresh, source]);
  if (status !== 0) {
    throw new IsochroneError('TOOLCHAIN_MISSING', `QEMU's plugin ${name}: ${stderr.trim()}`, {
      hint: 'Install gcc: sudo apt-get install -y gcc libc6-dev',
    });
  }
  // Two processes may build at once; a rename is whole or not at all.
  await rename(fresh, plugin);
  return plugin;
}
