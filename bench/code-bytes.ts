import { join } from 'node:path';
import { compile } from '../host/toolchain/compile.js';
import { loadBoard } from '../host/toolchain/board.js';
import { runProcess } from '../host/toolchain/process.js';

/** Bytes of machine code that network.c becomes: its text sections, without constants, as the product compiles it. */
export async function codeBytes(
  target: string,
  networkDir: string,
  outDir: string,
): Promise<number> {
  const { prefix, flags } = await compilerOf(target);
  const { objects } = await compile({
    prefix,
    targetFlags: flags,
    sources: [join(networkDir, 'network.c')],
    includeFolders: [networkDir],
    outDir,
  });
  const { stdout } = await runProcess(`${prefix}size`, ['-A', objects[0] ?? '']);
  return [...stdout.matchAll(/^\.text\S*\s+(\d+)/gm)].reduce(
    (sum, [, bytes]) => sum + Number(bytes),
    0,
  );
}

async function compilerOf(
  target: string,
): Promise<{ readonly prefix: string; readonly flags: readonly string[] }> {
  if (target === 'host') return { prefix: '', flags: [] };
  if (target === 'aarch64') return { prefix: 'aarch64-linux-gnu-', flags: [] };
  return (await loadBoard(target)).compiler;
}
