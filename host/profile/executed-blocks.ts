/** An image with a network under QEMU's block counter: what each layer executes, block by block. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { qemuPlugin } from '../toolchain/qemu-plugin.js';
import type { Disassembly } from './disassembly.js';

/** Instructions one behind the other that run from the first to the last. */
export interface ExecutedBlock {
  readonly first: number;
  /** Address behind the last instruction. */
  readonly behind: number;
  readonly executions: number;
  /** Of them, those after which execution went on elsewhere than behind the block. */
  readonly jumps: number;
}

export type Blocks = readonly ExecutedBlock[];

export interface ExecutedNetwork {
  /** By layer, in the order they run; the call of the hook that ends each is counted with it. */
  readonly layers: readonly Blocks[];
  /** What the two passes execute behind their last layers. */
  readonly rest: { readonly forward: Blocks; readonly explanation: Blocks };
}

const HOOK = 'iso_vectors_observe';
const FORWARD = 'iso_net_forward';
const EXPLAIN = 'iso_net_explain';

/** Where counting begins and ends: the passes and the calls of the hook. */
interface Marks {
  readonly begin: readonly number[];
  /** What ends at each address. */
  readonly end: ReadonlyMap<number, 'layer' | 'forward' | 'explanation'>;
}

function marksOf(image: Disassembly): Marks {
  const entry = (name: string): number | undefined => image.functions.get(name);
  const calls = new Map<number, number[]>();
  for (const { mnemonic, operands, address, bytes } of image.instructions.values()) {
    if (mnemonic !== 'bl') continue;
    const target = Number.parseInt(operands[0] ?? '', 16);
    calls.set(target, [...(calls.get(target) ?? []), address + bytes]);
  }
  const returns = (name: string): readonly number[] => calls.get(entry(name) ?? -1) ?? [];
  const hook = entry(HOOK);
  const forward = entry(FORWARD);
  if (hook === undefined || forward === undefined) {
    throw new IsochroneError('PROFILE_DISASSEMBLY', 'the image does not tell its layers', {
      hint: 'This is a defect of Isochrone: report it with the model file.',
      where: { function: hook === undefined ? HOOK : FORWARD },
    });
  }
  const explain = entry(EXPLAIN);
  return {
    begin: [forward, ...(explain === undefined ? [] : [explain]), ...returns(HOOK)],
    end: new Map([
      [hook, 'layer'],
      ...returns(FORWARD).map((address) => [address, 'forward'] as const),
      ...returns(EXPLAIN).map((address) => [address, 'explanation'] as const),
    ]),
  };
}

/**
 * @param run the image under QEMU once, with a plugin
 * @throws IsochroneError PROFILE_DISASSEMBLY, TOOLCHAIN_MISSING, and what `run` throws
 */
export async function executedBlocks(
  image: Disassembly,
  run: (plugin: string) => Promise<unknown>,
): Promise<ExecutedNetwork> {
  const marks = marksOf(image);
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-blocks-'));
  try {
    const marksFile = join(folder, 'marks');
    const countsFile = join(folder, 'counts');
    const lines = [
      ...marks.begin.map((address) => `begin ${address.toString(16)}`),
      ...[...marks.end.keys()].map((address) => `end ${address.toString(16)}`),
    ];
    await writeFile(marksFile, `${lines.join('\n')}\n`);
    await run(`${await qemuPlugin('block_counter')},marks=${marksFile},counts=${countsFile}`);
    return readCounts(await readFile(countsFile, 'utf8'), marks.end);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readCounts(
  text: string,
  ends: ReadonlyMap<number, 'layer' | 'forward' | 'explanation'>,
): ExecutedNetwork {
  const layers: ExecutedBlock[][] = [];
  const rest: { forward: Blocks; explanation: Blocks } = { forward: [], explanation: [] };
  let blocks: ExecutedBlock[] = [];
  for (const line of text.split('\n')) {
    const [kind, ...fields] = line.split(' ');
    if (kind === 'end') {
      blocks = [];
      const what = ends.get(Number.parseInt(fields[0] ?? '', 16));
      if (what === 'layer') layers.push(blocks);
      else if (what !== undefined) rest[what] = blocks;
    } else if (kind === 'block') {
      const [first = '', behind = '', executions = '', jumps = ''] = fields;
      blocks.push({
        first: Number.parseInt(first, 16),
        behind: Number.parseInt(behind, 16),
        executions: Number(executions),
        jumps: Number(jumps),
      });
    }
  }
  return { layers, rest };
}
