import { integerTensor } from '../../integer/program.js';
import type { KernelSet } from '../backend.js';
import { plain } from '../portable/emitter.js';

const FOLDER = 'codegen/emit/armv8a-neon';
const SHARED = ['codegen/emit/staged/iso_staged.h', `${FOLDER}/iso_neon.h`] as const;

/** Sign bits and means of int8 signals. */
export const neonReductions: KernelSet = {
  choose(operation, { program }) {
    if (operation.kind !== 'packSigns' && operation.kind !== 'averagePool') return undefined;
    const { input, output } = operation;
    const narrow = [input, output].every((name) => integerTensor(program, name).type !== 'int16');
    if (!narrow) return undefined;
    const signs = operation.kind === 'packSigns';
    return {
      file: `${FOLDER}/${signs ? 'iso_neon_pack_signs' : 'iso_neon_average_pool'}.c`,
      shared: SHARED,
      scratchBytes: 0,
      positionsTogether: 1,
      emit: ({ pointer }) =>
        plain(
          signs
            ? `iso_neon_pack_signs(${pointer(input)}, ${pointer(output)}, ${operation.elements}, ${operation.zeroPoint});`
            : `iso_neon_average_pool(${pointer(input)}, ${pointer(output)}, ${operation.positions}, ${operation.channels}, ${operation.bias}, ${operation.multiplier}, ${operation.shift}U, ${operation.clampLow}, ${operation.clampHigh});`,
        ),
    };
  },
};
