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
  /** Jumps to it whose target the cache in front of the flash did not hold; 0 where none is followed. */
  readonly misses: number;
}

/** What a layer executed. */
export interface Executed {
  readonly blocks: readonly ExecutedBlock[];
  /** By address, the loads of flash that the cache did not hold; empty where none is followed. */
  readonly loadMisses: ReadonlyMap<number, number>;
}

/** Caches in front of the flash: lines of so many bytes, in sets of ways. */
export interface FlashCache {
  readonly lineBytes: number;
  readonly instructions: { readonly sets: number; readonly ways: number };
  readonly data: { readonly sets: number; readonly ways: number };
}

/** Where the flash is, and what is in front of it. */
export interface CachedFlash {
  readonly first: number;
  readonly bytes: number;
  readonly cache: FlashCache;
}

export interface ExecutedNetwork {
  /** By layer, in the order they run; the call of the hook that ends each is counted with it. */
  readonly layers: readonly Executed[];
  /** What the two passes execute behind their last layers. */
  readonly rest: { readonly forward: Executed; readonly explanation: Executed };
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
 * @param flash followed through its caches, where it is given
 * @throws IsochroneError PROFILE_DISASSEMBLY, TOOLCHAIN_MISSING, and what `run` throws
 */
export async function executedBlocks(
  image: Disassembly,
  run: (plugin: string) => Promise<unknown>,
  flash?: CachedFlash,
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
    const plugin = [
      await qemuPlugin('block_counter'),
      `marks=${marksFile}`,
      `counts=${countsFile}`,
    ];
    await run([...plugin, ...cacheArguments(flash)].join(','));
    return readCounts(await readFile(countsFile, 'utf8'), marks.end);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function cacheArguments(flash: CachedFlash | undefined): readonly string[] {
  if (flash === undefined) return [];
  const { first, bytes, cache } = flash;
  return [
    `flash=${first.toString(16)}-${(first + bytes).toString(16)}`,
    `line=${cache.lineBytes}`,
    `fetch=${cache.instructions.sets}x${cache.instructions.ways}`,
    `data=${cache.data.sets}x${cache.data.ways}`,
  ];
}

function readCounts(
  text: string,
  ends: ReadonlyMap<number, 'layer' | 'forward' | 'explanation'>,
): ExecutedNetwork {
  const layers: Executed[] = [];
  const nothing = (): { blocks: ExecutedBlock[]; loadMisses: Map<number, number> } => ({
    blocks: [],
    loadMisses: new Map(),
  });
  const rest: { forward: Executed; explanation: Executed } = {
    forward: nothing(),
    explanation: nothing(),
  };
  let executed = nothing();
  const address = (field = ''): number => Number.parseInt(field, 16);
  for (const line of text.split('\n')) {
    const [kind, ...fields] = line.split(' ');
    if (kind === 'end') {
      executed = nothing();
      const what = ends.get(address(fields[0]));
      if (what === 'layer') layers.push(executed);
      else if (what !== undefined) rest[what] = executed;
    } else if (kind === 'block') {
      const [executions = 0, jumps = 0, misses = 0] = fields.slice(2).map(Number);
      const [first, behind] = [address(fields[0]), address(fields[1])];
      executed.blocks.push({ first, behind, executions, jumps, misses });
    } else if (kind === 'load') {
      const at = address(fields[0]);
      executed.loadMisses.set(at, (executed.loadMisses.get(at) ?? 0) + Number(fields[1]));
    }
  }
  return { layers, rest };
}
