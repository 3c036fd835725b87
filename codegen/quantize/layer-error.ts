import type { CompiledNetwork } from '../compile.js';
import { IntegerInterpreter } from '../interpret/integer.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { elementsOf, integerTensor, type SignalArray } from '../integer/program.js';

/** How far one integer tensor of the answer is from the float tensor that it stands for. */
export interface LayerError {
  readonly tensor: string;
  /** The operation that computes it; `input` for the network's input. */
  readonly operation: string;
  readonly type: string;
  /** Signal to quantisation noise, 10·log10(Σ float² / Σ (float − integer)²); Infinity where they are equal. */
  readonly signalToNoiseDb: number;
  /** Largest absolute difference, in steps of the tensor. */
  readonly largestErrorSteps: number;
  /** Mean of integer − float, in steps: what a bias correction would take away. */
  readonly meanErrorSteps: number;
}

/**
 * Error of every layer of the answer against the float graph, in order of execution, all earlier layers' error included.
 * @param samples the same inputs as float (the graph's layout) and as the program's codes (channels last)
 */
export function layerErrors(
  network: Pick<CompiledNetwork, 'program' | 'explained'>,
  samples: Iterable<{ readonly float: Float32Array; readonly integer: SignalArray }>,
): readonly LayerError[] {
  const { program, explained } = network;
  const forward = {
    ...explained.graph,
    inputs: [explained.input],
    nodes: explained.graph.nodes.slice(0, explained.forwardNodes),
  };
  const known = new Set(forward.nodes.flatMap((node) => node.outputs));
  const layers = [
    { tensor: program.input, operation: 'input' },
    ...program.operations
      .slice(0, program.forwardOperations)
      .filter((operation) => known.has(operation.output))
      .map((operation) => ({ tensor: operation.output, operation: operation.name })),
  ].map((layer) => ({ ...layer, signal: 0, noise: 0, largest: 0, sum: 0, count: 0 }));
  const interpreter = new IntegerInterpreter(program);
  for (const { float, integer } of samples) {
    const values = runFloat(forward, new Map([[explained.input, float]]));
    interpreter.forward(integer);
    for (const layer of layers) {
      const tensor = integerTensor(program, layer.tensor);
      const theirs = floatOf(values, layer.tensor);
      const ours = interpreter.values(layer.tensor);
      const positions = elementsOf(tensor) / tensor.channels;
      for (let i = 0; i < ours.length; i += 1) {
        // Channels last here, channels first there.
        const from = (i % tensor.channels) * positions + Math.floor(i / tensor.channels);
        const real = theirs[from] ?? 0;
        const error = ((ours[i] ?? 0) - tensor.zeroPoint) * tensor.scale - real;
        layer.signal += real * real;
        layer.noise += error * error;
        layer.largest = Math.max(layer.largest, Math.abs(error));
        layer.sum += error;
      }
      layer.count += ours.length;
    }
  }
  return layers.map(({ tensor, operation, signal, noise, largest, sum, count }) => {
    const { type, scale } = integerTensor(program, tensor);
    return {
      tensor,
      operation,
      type,
      signalToNoiseDb: noise === 0 ? Infinity : 10 * Math.log10(signal / noise),
      largestErrorSteps: largest / scale,
      meanErrorSteps: sum / Math.max(1, count) / scale,
    };
  });
}

/** The report as a table. */
export function layerErrorText(errors: readonly LayerError[]): string {
  const rows = errors.map(
    (error) =>
      `${error.signalToNoiseDb.toFixed(1).padStart(6)} dB ${error.largestErrorSteps.toFixed(1).padStart(9)} ${error.meanErrorSteps.toFixed(3).padStart(8)}  ${error.type.padEnd(5)}  ${error.operation}`,
  );
  return ['signal/noise   largest     mean  type   layer  (errors in steps)', ...rows, ''].join(
    '\n',
  );
}
