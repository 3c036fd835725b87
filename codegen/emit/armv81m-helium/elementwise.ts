/** Kernels that the compiler's intrinsics write well enough. */
import type { AveragePoolOperation } from '../../integer/average-pool.js';
import type { AveragePoolGradientOperation } from '../../integer/average-pool-gradient.js';
import type { PackSignsOperation } from '../../integer/pack-signs.js';
import type { IntegerTensor } from '../../integer/program.js';
import { RESCALED_ADD_LEFT_SHIFT, type RescaledAddOperation } from '../../integer/rescaled-add.js';
import { isWhole } from '../../integer/strides.js';
import type { EmitContext, EmittedOperation, KernelChoice } from '../backend.js';
import { constantArray } from '../c-text.js';
import { maskPointer, plain } from '../portable/emitter.js';
import { FOLDER, SHARED } from './folder.js';

function kernel(file: string, emit: (context: EmitContext) => EmittedOperation): KernelChoice {
  return { file: `${FOLDER}/${file}`, shared: SHARED, scratchBytes: 0, positionsTogether: 1, emit };
}

export function choosePackSigns(
  op: PackSignsOperation,
  type: IntegerTensor['type'],
): KernelChoice | undefined {
  if (type === 'int16') {
    if (op.zeroPoint !== 0) return undefined;
    return kernel('iso_helium_pack_signs_int16.c', ({ pointer }) =>
      plain(
        `iso_helium_pack_signs_int16(${pointer(op.input)}, ${pointer(op.output)}, ${op.elements});`,
      ),
    );
  }
  return kernel('iso_helium_pack_signs.c', ({ pointer }) =>
    plain(
      `iso_helium_pack_signs(${pointer(op.input)}, ${pointer(op.output)}, ${op.elements}, ${op.zeroPoint});`,
    ),
  );
}

/** VQDMULH gives a product's high word doubled; a rounding shift of at least one is left behind it. */
const DOUBLED = 31;

export function chooseAveragePool(op: AveragePoolOperation): KernelChoice | undefined {
  if (op.shift <= DOUBLED) return undefined;
  return kernel('iso_helium_average_pool.c', ({ pointer }) =>
    plain(
      `iso_helium_average_pool(${pointer(op.input)}, ${pointer(op.output)}, ${op.positions}, ${op.channels}, ${op.bias}, ${op.multiplier}, ${op.shift - DOUBLED}, ${op.clampLow}, ${op.clampHigh});`,
    ),
  );
}

/** Undefined where a position does not start with a byte of its mask. */
export function chooseAveragePoolGradient(
  op: AveragePoolGradientOperation,
): KernelChoice | undefined {
  if (op.channels % 8 !== 0) return undefined;
  return kernel('iso_helium_average_pool_gradient.c', (context) => {
    const { identifier, pointer } = context;
    return {
      constants: constantArray('int32_t', `${identifier}_multiplier`, op.multiplier),
      call: `iso_helium_average_pool_gradient(${pointer(op.input)}, ${pointer(op.output)}, ${op.positions}, ${op.channels}, ${identifier}_multiplier, ${op.shift}U, ${maskPointer(context, op.mask)}, ${op.limit});`,
      constantBytes: 4 * op.multiplier.length,
    };
  });
}

/** A term is an int8 less its zero point, nine bits with its sign: so far to the left it fits int32. */
const LEFT_MOST = 22;
/** iso_helium_add_scales holds thirteen words. */
const SCALE_BYTES = 52;

/** Undefined for broadcasts, and for factors that no network of TFLite's has (its terms never grow). */
export function chooseRescaledAdd(op: RescaledAddOperation): KernelChoice | undefined {
  const { positions, channels } = op;
  if (!isWhole(op.stridesA, channels, positions) || !isWhole(op.stridesB, channels, positions)) {
    return undefined;
  }
  const [a, b] = [termShifts(op.shiftA), termShifts(op.shiftB)];
  if (a.left > LEFT_MOST || b.left > LEFT_MOST || op.shift <= DOUBLED) return undefined;
  return kernel('iso_helium_rescaled_add.c', ({ identifier, pointer }) => ({
    constants: `static const iso_helium_add_scales ${identifier}_scales = {
    .power_a = ${2 ** a.left}, .offset_a = ${op.offsetA * 2 ** a.left}, .multiplier_a = ${op.multiplierA}, .right_a = ${a.right},
    .power_b = ${2 ** b.left}, .offset_b = ${op.offsetB * 2 ** b.left}, .multiplier_b = ${op.multiplierB}, .right_b = ${b.right},
    .multiplier = ${op.multiplier}, .right = ${DOUBLED - op.shift}, .offset = ${op.outputOffset},
    .low = ${op.clampLow}, .high = ${op.clampHigh},
};
`,
    call: `iso_helium_rescaled_add(${pointer(op.inputA)}, ${pointer(op.inputB)}, ${pointer(op.output)}, ${positions * channels}, &${identifier}_scales);`,
    constantBytes: SCALE_BYTES,
  }));
}

/** Shifts in front of the product and, negative, behind its doubled high word. */
function termShifts(shift: number): { readonly left: number; readonly right: number } {
  const lacking = Math.max(0, DOUBLED + 1 - shift);
  return { left: RESCALED_ADD_LEFT_SHIFT + lacking, right: DOUBLED - shift - lacking };
}
