/** The float network and the gradient of its logits: by torch's autograd, or by the compiler's own interpreter without torch. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import type { ExplainedGraph } from '../../codegen/explain/gradient.js';
import { sizeOf, tensorOf } from '../../codegen/graph/graph.js';
import { floatOf, runFloat } from '../../codegen/interpret/float.js';
import { packageRoot } from '../../codegen/package-root.js';

export interface FloatGradient {
  /** In the graph's layout, [leads][samples]. */
  readonly gradient: Float32Array;
  readonly logits: Float32Array;
}

export interface FloatNetwork {
  /** What computes it, for the report. */
  readonly by: string;
  gradients(
    inputs: readonly Float32Array[],
    classes: readonly number[],
  ): Promise<readonly FloatGradient[]>;
  close(): void;
}

const PYTHONS = ['/usr/bin/python3', 'python3'];
const SCRIPT = join('bench', 'fidelity', 'torch_gradients.py');

/** A Python that has torch and onnx; Debian's first, as in training. */
function pythonWithTorch(): string | undefined {
  return PYTHONS.find(
    (python) => spawnSync(python, ['-c', 'import torch, onnx'], { stdio: 'ignore' }).status === 0,
  );
}

/** torch where it is and knows the network's operators; else the float interpreter, and `by` says so. */
export async function floatNetwork(
  modelFile: string,
  graph: ExplainedGraph,
): Promise<FloatNetwork> {
  const python = pythonWithTorch();
  if (python === undefined) {
    return interpreted(graph, 'torch is missing: apt-get install python3-torch python3-onnx');
  }
  const process = spawn(python, [join(packageRoot(), SCRIPT), modelFile]);
  const torch = new TorchNetwork(process, graph);
  try {
    return {
      by: await torch.version(),
      gradients: (x, c) => torch.gradients(x, c),
      close: () => process.kill(),
    };
  } catch (error) {
    return interpreted(graph, error instanceof Error ? error.message : String(error));
  }
}

/** The other end of torch_gradients.py. */
class TorchNetwork {
  private received = Buffer.alloc(0);
  private chunks: Buffer[] = [];
  private said = '';
  private ended = false;
  private wake: () => void = () => undefined;
  private readonly values: number;
  private readonly classes: number;

  constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    { graph, input, logits }: ExplainedGraph,
  ) {
    this.values = sizeOf(tensorOf(graph, input).shape);
    this.classes = sizeOf(tensorOf(graph, logits).shape);
    process.stdout.on('data', (bytes: Buffer) => {
      this.chunks.push(bytes);
      this.wake();
    });
    process.stderr.on('data', (bytes: Buffer) => {
      this.said += bytes.toString();
    });
    process.on('close', () => {
      this.ended = true;
      this.wake();
    });
    // What was not read is reported by the side that waits for the answer.
    process.stdin.on('error', () => undefined);
  }

  async version(): Promise<string> {
    const line = await this.take((bytes) => bytes.indexOf('\n') + 1);
    return line.toString().trim();
  }

  async gradients(
    inputs: readonly Float32Array[],
    classes: readonly number[],
  ): Promise<readonly FloatGradient[]> {
    for (const values of [Int32Array.of(inputs.length), ...inputs, Int32Array.from(classes)]) {
      this.process.stdin.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    const floats = async (count: number): Promise<Float32Array> => {
      const bytes = await this.take((held) => (held.length >= 4 * count ? 4 * count : 0));
      return new Float32Array(Uint8Array.from(bytes).buffer);
    };
    const gradients = await floats(inputs.length * this.values);
    const logits = await floats(inputs.length * this.classes);
    return inputs.map((_, i) => ({
      gradient: gradients.subarray(i * this.values, (i + 1) * this.values),
      logits: logits.subarray(i * this.classes, (i + 1) * this.classes),
    }));
  }

  /** The first bytes, as many as `enough` says once it says more than none. */
  private async take(enough: (bytes: Buffer) => number): Promise<Buffer> {
    for (;;) {
      if (this.chunks.length > 0) {
        this.received = Buffer.concat([this.received, ...this.chunks]);
        this.chunks = [];
      }
      const count = enough(this.received);
      if (count > 0) {
        const taken = this.received.subarray(0, count);
        this.received = this.received.subarray(count);
        return taken;
      }
      if (this.ended) {
        throw new IsochroneError('BENCH_TORCH', `torch ended: ${this.said.trim()}`, {
          hint: 'Look at what it said; bench/fidelity/torch_gradients.py names the operators that it knows.',
        });
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

/** What torch does not know: another output of the backward pass, or another backward pass. */
export function interpreted(
  explained: ExplainedGraph,
  why: string,
  output = explained.inputGradient,
): FloatNetwork {
  const { graph, input, seed, logits } = explained;
  const classes = sizeOf(tensorOf(graph, logits).shape);
  const run = (x: Float32Array, classIndex: number): FloatGradient => {
    const oneHot = Float32Array.from({ length: classes }, (_, i) => (i === classIndex ? 1 : 0));
    const values = runFloat(
      graph,
      new Map([
        [input, x],
        [seed, oneHot],
      ]),
    );
    return {
      gradient: Float32Array.from(floatOf(values, output)),
      logits: Float32Array.from(floatOf(values, logits)),
    };
  };
  return {
    by: `the compiler's float interpreter (${why})`,
    gradients: async (inputs, wanted) => inputs.map((x, i) => run(x, wanted[i] ?? 0)),
    close: () => undefined,
  };
}
