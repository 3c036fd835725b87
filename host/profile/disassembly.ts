/** What objdump and nm say of an image: its instructions by address, its functions. */
import { IsochroneError } from '../../codegen/errors.js';
import { runProcess } from '../toolchain/process.js';
import { parseInstruction, type Instruction } from './instruction.js';

export interface Disassembly {
  readonly instructions: ReadonlyMap<number, Instruction>;
  /** Entry of each function by name. */
  readonly functions: ReadonlyMap<string, number>;
  /** Function that an address lies in. */
  functionAt(address: number): string;
}

/**
 * @param prefix of the tools: `arm-none-eabi-`
 * @throws IsochroneError TOOLCHAIN_MISSING, PROFILE_DISASSEMBLY
 */
export async function disassemble(elfPath: string, prefix: string): Promise<Disassembly> {
  const program = `${prefix}objdump`;
  const { status, stdout, stderr } = await runProcess(program, ['-d', '-w', elfPath]).catch(
    (cause: unknown) => {
      throw new IsochroneError('TOOLCHAIN_MISSING', `the program ${program} is not installed`, {
        hint: 'Run: apt-get install binutils-arm-none-eabi',
        where: { program },
        cause,
      });
    },
  );
  if (status !== 0) {
    throw new IsochroneError('PROFILE_DISASSEMBLY', `${program} failed: ${stderr.trim()}`, {
      hint: 'Check that the image is whole: build it again.',
      where: { file: elfPath },
    });
  }
  return readDisassembly(stdout);
}

export function readDisassembly(listing: string): Disassembly {
  const instructions = new Map<number, Instruction>();
  const functions = new Map<string, number>();
  const starts: { readonly name: string; readonly address: number }[] = [];
  for (const line of listing.split('\n')) {
    const label = /^([0-9a-f]+) <(.+)>:$/.exec(line);
    if (label !== null) {
      const start = { name: label[2] ?? '', address: Number.parseInt(label[1] ?? '', 16) };
      starts.push(start);
      functions.set(start.name, start.address);
      continue;
    }
    const code = /^\s*([0-9a-f]+):\t([0-9a-f]{4}(?: [0-9a-f]{4})?)\s*\t(.+)$/.exec(line);
    if (code === null) continue;
    const [, at = '', raw = '', words = ''] = code;
    // Literal pools are data; a comment begins at the @.
    if (words.startsWith('.')) continue;
    const address = Number.parseInt(at, 16);
    const shown = words.replace(/\s*@.*$/, '').replaceAll('\t', ' ');
    instructions.set(address, parseInstruction(address, raw.length > 4 ? 4 : 2, shown));
  }
  return {
    instructions,
    functions,
    functionAt: (address) => {
      const next = starts.findIndex((start) => start.address > address);
      return starts[next < 0 ? starts.length - 1 : next - 1]?.name ?? '';
    },
  };
}
