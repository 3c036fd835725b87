import { join } from 'node:path';
import { compile } from '../host/toolchain/compile.js';
import { runProcess } from '../host/toolchain/process.js';
import type { Compiler } from '../host/validate/targets.js';

/** Bytes of machine code that network.c becomes: its text sections, without constants, as the product compiles it. */
export async function codeBytes(
  { prefix, flags }: Compiler,
  networkDir: string,
  outDir: string,
): Promise<number> {
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
