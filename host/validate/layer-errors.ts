/** How far the integer network is from the float one, layer by layer. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { isExplained } from '../../codegen/explain/gradient.js';
import { sizeOf, tensorOf } from '../../codegen/graph/graph.js';
import type { SignalArray } from '../../codegen/integer/program.js';
import { elementsOf, integerTensor } from '../../codegen/integer/program.js';
import { runFloat, runNodes } from '../../codegen/interpret/float.js';
import { IntegerInterpreter } from '../../codegen/interpret/integer.js';
import { realValues } from '../../codegen/interpret/real-values.js';
import type { FloatTensor } from '../../codegen/operators/operator.js';

export interface LayerError {
  readonly layer: number;
  readonly name: string;
  readonly kind: string;
  /** Largest and root mean square of the difference, in the unit of the float tensor. */
  readonly maximum: number;
  readonly rms: number;
  /** Of the angle between the two, over all inputs; 1 is the same direction. */
  readonly cosine: number;
  /** Signal to quantisation noise, 10·log10(Σ float² / Σ (float − integer)²); absent where they are equal, or one is nothing. */
  readonly signalToNoiseDb?: number;
}

export type LayerMeasures = Omit<LayerError, 'layer' | 'name' | 'kind'>;

/** One input, as the float network and as the integer network get it. */
export interface PairedInput {
  /** In the graph's layout. */
  readonly float: Float32Array;
  /** Channels last. */
  readonly integer: SignalArray;
}

/** Sums over inputs of one layer. */
class ErrorSum {
  private largest = 0;
  private squares = 0;
  private count = 0;
  private products = { ours: 0, theirs: 0, both: 0 };

  add(ours: ArrayLike<number>, theirs: ArrayLike<number>): void {
    for (let i = 0; i < theirs.length; i += 1) {
      const a = ours[i] ?? 0;
      const b = theirs[i] ?? 0;
      this.largest = Math.max(this.largest, Math.abs(a - b));
      this.squares += (a - b) ** 2;
      this.products.ours += a * a;
      this.products.theirs += b * b;
      this.products.both += a * b;
    }
    this.count += theirs.length;
  }

  result(): LayerMeasures | undefined {
    if (this.count === 0) return undefined;
    const { ours, theirs, both } = this.products;
    const norm = Math.sqrt(ours * theirs);
    return {
      maximum: this.largest,
      rms: Math.sqrt(this.squares / this.count),
      // Two zero tensors agree.
      cosine: norm === 0 ? (ours === theirs ? 1 : 0) : both / norm,
      ...(this.squares === 0 || theirs === 0
        ? {}
        : { signalToNoiseDb: 10 * Math.log10(theirs / this.squares) }),
    };
  }
}

/** How far a whole network is off. */
export interface NetworkErrors {
  readonly layers: readonly LayerError[];
  /** Cosine between the integer and the float gradient × input of each input; empty without explanation. */
  readonly attributionCosines: readonly number[];
}

/**
 * Runs both on each input and compares every layer that has a float tensor of its own (sign bits, for instance, have none);
 * the winner is explained.
 */
export function layerErrors(
  network: CompiledNetwork,
  inputs: readonly PairedInput[],
  onInput: (done: number) => void = () => undefined,
): NetworkErrors {
  const { program, explained } = network;
  const { graph } = explained;
  const interpreter = new IntegerInterpreter(program);
  const forward = {
    ...graph,
    inputs: [explained.input],
    nodes: graph.nodes.slice(0, explained.forwardNodes),
  };
  const sums = program.operations.map(() => new ErrorSum());
  const attributionCosines: number[] = [];
  inputs.forEach((input, index) => {
    const logits = interpreter.forward(input.integer);
    const values = runFloat(forward, new Map([[explained.input, input.float]]));
    if (isExplained(explained)) {
      const winner = logits.reduce((best, v, i) => (v > (logits[best] ?? 0) ? i : best), 0);
      interpreter.explain(winner);
      const { shape } = tensorOf(graph, explained.seed);
      const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i === winner ? 1 : 0));
      values.set(explained.seed, { shape, data });
      runNodes(graph, graph.nodes.slice(explained.forwardNodes), values);
      attributionCosines.push(attributionCosine(network, interpreter, values, input.float));
    }
    program.operations.forEach((operation, layer) => {
      const tensor = integerTensor(program, operation.output);
      const theirs = values.get(tensor.name)?.data;
      if (theirs?.length !== elementsOf(tensor) || tensor.type === 'bits') return;
      sums[layer]?.add(realValues(tensor, interpreter.values(tensor.name)), theirs);
    });
    onInput(index + 1);
  });
  const layers = program.operations.flatMap(({ name, kind }, layer) => {
    const result = sums[layer]?.result();
    return result === undefined ? [] : [{ layer, name, kind, ...result }];
  });
  return { layers, attributionCosines };
}

/** Between gradient × input of the integer network (its codes, as the device multiplies them) and of the float one. */
function attributionCosine(
  { program, explained }: CompiledNetwork,
  interpreter: IntegerInterpreter,
  values: ReadonlyMap<string, FloatTensor>,
  input: Float32Array,
): number {
  const of = (name: string): Float64Array =>
    realValues(integerTensor(program, name), interpreter.values(name));
  if (program.explanation === undefined || !isExplained(explained)) return NaN;
  const [gradient, seen] = [of(program.explanation.inputGradient), of(program.input)];
  const theirs = values.get(explained.inputGradient)?.data ?? [];
  const sum = new ErrorSum();
  sum.add(
    gradient.map((value, i) => value * (seen[i] ?? 0)),
    Float64Array.from(theirs, (value, i) => value * (input[i] ?? 0)),
  );
  return sum.result()?.cosine ?? NaN;
}
