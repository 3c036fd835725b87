import type { GraphNode, TensorInfo } from '../../graph/graph.js';
import { inputName, intAttribute, tensorOf } from '../../graph/graph.js';
import { CELL_FRACTION_BITS } from '../../integer/lstm.js';
import { GATE_FRACTION_BITS } from '../../integer/gate.js';
import type { RecurrentOperation } from '../../integer/recurrent.js';
import { clamp, fixedFactors } from '../../integer/round.js';
import { GRU_GATES } from '../../operators/gru.js';
import { LSTM_GATES } from '../../operators/lstm.js';
import { sequenceGeometry } from '../../operators/recurrent-rules.js';
import { recurrentWeights } from '../../operators/recurrent.js';
import { unsupported } from '../../operators/require.js';
import type { Lowering } from '../lowering.js';
import { int8Range } from '../ranges.js';
import type { LowerContext, LowerRule } from './rule.js';

const ONE = 2 ** GATE_FRACTION_BITS;
/** A gate's argument is the sum of two, each below half of int32. */
const LARGEST_ARGUMENT = 2 ** 30;
const INT32_MOST = 2 ** 31 - 1;

export const lowerLstm: LowerRule = {
  fusesRelu: false,
  lower(lowering, node, context) {
    const { operation, initialCell } = lower(lowering, node, context, LSTM_GATES, 4);
    lowering.operations.push({
      kind: 'lstm',
      ...operation,
      ...(initialCell.some((value) => value !== 0) ? { initialCell } : {}),
    });
  },
};

export const lowerGru: LowerRule = {
  fusesRelu: false,
  lower(lowering, node, context) {
    const linearBeforeReset = intAttribute(node, 'linear_before_reset', 0) !== 0;
    const { operation } = lower(lowering, node, context, GRU_GATES, linearBeforeReset ? 2 : 3);
    lowering.operations.push({ kind: 'gru', ...operation, linearBeforeReset });
  },
};

/** @param scratchWords int16 of working memory for each hidden unit */
function lower(
  lowering: Lowering,
  node: GraphNode,
  { output, isLogits }: LowerContext,
  gates: number,
  scratchWords: number,
): { readonly operation: RecurrentOperation; readonly initialCell: Int32Array } {
  if (isLogits) throw unsupported(node, 'the network must not end in a recurrent layer');
  const from = lowering.placementOf(node, 0);
  const x = lowering.tensorAt(from);
  if (x.type !== 'int8') throw unsupported(node, 'its input is not int8');
  const constants = constantInputs(lowering, node);
  const geometry = sequenceGeometry(gates, node, constants);
  const quantisation = int8Range(lowering.activationRange(output), false);
  lowering.place(output, { type: 'int8', ...quantisation });
  const scratch = `${output}/scratch`;
  lowering.tensors.set(scratch, {
    name: scratch,
    type: 'int16',
    height: 1,
    width: scratchWords,
    channels: geometry.hidden,
    scale: 1,
    zeroPoint: 0,
  });
  const weights = geometry.reverse.map((_, direction) =>
    recurrentWeights(
      node,
      constants.map((tensor) => (tensor?.data === undefined ? undefined : { data: tensor.data })),
      geometry,
      gates,
      direction,
    ),
  );
  const inputSide = quantiseRows(
    weights.map((w) => w.input),
    geometry.inputs,
  );
  const stateSide = quantiseRows(
    weights.map((w) => w.recurrent),
    geometry.hidden,
  );
  // A product times its factor is the gate's argument; the hidden state has as many fraction bits as the argument.
  const inputFactors = Array.from(inputSide.scale, (scale) => x.scale * scale * ONE);
  const stateFactors = Array.from(stateSide.scale);
  const fixedInput = fixedFactors(inputFactors);
  const fixedState = fixedFactors(stateFactors);
  const bias = (side: 'inputBias' | 'recurrentBias'): Int32Array =>
    Int32Array.from(
      weights.flatMap((w) => Array.from(w[side], (value) => Math.round(value * ONE))),
    );
  const inputBias = bias('inputBias');
  const stateBias = bias('recurrentBias');
  requireInt32(node, inputSide, 255, inputFactors, inputBias);
  requireInt32(node, stateSide, ONE, stateFactors, stateBias);
  const initialHidden = Int16Array.from(
    weights.flatMap((w) =>
      Array.from(w.initialHidden, (value) => clamp(Math.round(value * ONE), -ONE, ONE - 1)),
    ),
  );
  const outputFactor = fixedFactors([1 / (ONE * quantisation.scale)]);
  return {
    operation: {
      name: node.name,
      input: from.tensor,
      output,
      scratch,
      steps: geometry.steps,
      inputs: geometry.inputs,
      hidden: geometry.hidden,
      reverse: geometry.reverse,
      inputWeights: inputSide.values,
      stateWeights: stateSide.values,
      inputOffset: inputSide.sums.map((sum) => -x.zeroPoint * sum),
      inputBias,
      stateBias,
      inputMultiplier: fixedInput.multiplier,
      inputShift: fixedInput.shift,
      stateMultiplier: fixedState.multiplier,
      stateShift: fixedState.shift,
      ...(initialHidden.some((value) => value !== 0) ? { initialHidden } : {}),
      outputMultiplier: outputFactor.multiplier[0] ?? 0,
      outputShift: outputFactor.shift,
      outputZeroPoint: quantisation.zeroPoint,
    },
    initialCell: Int32Array.from(
      weights.flatMap((w) =>
        Array.from(w.initialCell, (value) =>
          clamp(Math.round(value * 2 ** CELL_FRACTION_BITS), -INT32_MOST, INT32_MOST),
        ),
      ),
    ),
  };
}

/** The node's inputs; all but the first must be constants. */
function constantInputs(lowering: Lowering, node: GraphNode): readonly (TensorInfo | undefined)[] {
  return node.inputs.map((name, index) => {
    if (name === '') return undefined;
    const tensor = tensorOf(lowering.graph, inputName(node, index));
    if (index > 0 && tensor.data === undefined) {
      throw unsupported(node, `input ${index} ("${name}") must be a constant`);
    }
    return tensor;
  });
}

interface QuantisedRows {
  readonly values: Int8Array;
  /** Real value of one step, per row. */
  readonly scale: Float64Array;
  readonly sums: Int32Array;
}

/** Rows of all directions one after another, each symmetric in its own scale. */
function quantiseRows(
  directions: readonly (Float32Array | Float64Array)[],
  columns: number,
): QuantisedRows {
  const all = Float64Array.from(directions.flatMap((values) => Array.from(values)));
  const rows = all.length / columns;
  const scale = new Float64Array(rows);
  const sums = new Int32Array(rows);
  const values = new Int8Array(all.length);
  for (let row = 0; row < rows; row += 1) {
    const from = row * columns;
    const largest = all
      .subarray(from, from + columns)
      .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const step = largest === 0 ? 1 : largest / 127;
    scale[row] = largest === 0 ? 0 : step;
    for (let i = 0; i < columns; i += 1) {
      const quantised = Math.round((all[from + i] ?? 0) / step);
      values[from + i] = quantised;
      sums[row] = (sums[row] ?? 0) + quantised;
    }
  }
  return { values, scale, sums };
}

/**
 * Proves that no row's sum leaves int32 and that its argument stays below half of it, whatever comes in.
 * @param reach largest magnitude of what a weight multiplies: 255 from a zero point, 2^15 of a hidden state
 */
function requireInt32(
  node: GraphNode,
  rows: QuantisedRows,
  reach: number,
  factors: readonly number[],
  bias: Int32Array,
): void {
  const columns = rows.values.length / rows.sums.length;
  rows.sums.forEach((_, row) => {
    const sum = rows.values
      .subarray(row * columns, (row + 1) * columns)
      .reduce((total, value) => total + Math.abs(value) * reach, 0);
    const argument = sum * (factors[row] ?? 0) + Math.abs(bias[row] ?? 0);
    if (sum >= 2 ** 31 || argument >= LARGEST_ARGUMENT) {
      throw unsupported(
        node,
        `row ${row} of its weights could leave int32 (its sum reaches ${sum})`,
      );
    }
  });
}
