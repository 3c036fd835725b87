import { kernelOf } from '../integer/registry.js';
import type {
  IntegerArray,
  IntegerOperation,
  IntegerProgram,
  SignalArray,
} from '../integer/program.js';
import { bytesOf, elementsOf, integerTensor } from '../integer/program.js';
import type { RunContext } from '../integer/run.js';

/** The reference executor: defines what every backend must compute, byte for byte. */
export class IntegerInterpreter {
  private readonly store: ReadonlyMap<string, IntegerArray>;
  private saturated = 0;

  constructor(private readonly program: IntegerProgram) {
    this.store = new Map(
      [...program.tensors].map(([name, tensor]) => [
        name,
        tensor.type === 'int8'
          ? (tensor.constant ?? new Int8Array(elementsOf(tensor)))
          : tensor.type === 'int16'
            ? new Int16Array(elementsOf(tensor))
            : new Uint8Array(bytesOf(tensor)),
      ]),
    );
  }

  /**
   * Answers: logits of one input.
   * @param input [height][width][channels], channels last, as wide as the program's input
   */
  forward(input: SignalArray): Int16Array {
    this.values(this.program.input).set(input);
    this.execute(0, this.program.forwardOperations);
    return Int16Array.from(this.values(this.program.logits));
  }

  /** Explains: gradient of the logit `classIndex` with respect to the input of the last forward. */
  explain(classIndex: number): { readonly gradient: Int16Array; readonly saturations: number } {
    const explanation = this.program.explanation;
    if (explanation === undefined)
      throw new RangeError('the program was built without explanation');
    this.backward(explanation, classIndex, this.program.operations.length);
    return {
      gradient: Int16Array.from(this.values(explanation.inputGradient)),
      saturations: this.saturated,
    };
  }

  /** Grad-CAM of the logit `classIndex` at the last forward, [positions]. */
  gradCam(classIndex: number): { readonly cam: Int16Array; readonly saturations: number } {
    const explanation = this.program.explanation;
    const name = explanation?.gradCam;
    if (explanation === undefined || name === undefined)
      throw new RangeError('the program was built without Grad-CAM');
    const end = this.program.operations.findIndex(({ output }) => output === name) + 1;
    this.backward(explanation, classIndex, end);
    return { cam: Int16Array.from(this.values(name)), saturations: this.saturated };
  }

  private backward(
    { seed, seedValues }: NonNullable<IntegerProgram['explanation']>,
    classIndex: number,
    end: number,
  ): void {
    this.values(seed).fill(0);
    this.values(seed)[classIndex] = seedValues[classIndex] ?? 0;
    this.saturated = 0;
    this.execute(this.program.forwardOperations, end);
  }

  /** A tensor's values as the last run left them. */
  values(name: string): IntegerArray {
    const values = this.store.get(name);
    if (values === undefined) throw new RangeError(`no tensor "${name}"`);
    return values;
  }

  /** Bytes of an operation's output, little-endian, as the device holds them. */
  outputBytes(operation: IntegerOperation): Uint8Array {
    const values = this.values(operation.output);
    const { byteOffset } = values;
    return new Uint8Array(
      values.buffer.slice(
        byteOffset,
        byteOffset + bytesOf(integerTensor(this.program, operation.output)),
      ),
    );
  }

  private execute(from: number, to: number): void {
    const context: RunContext = {
      values: (name) => this.values(name),
      saturate: (count) => {
        this.saturated += count;
      },
    };
    for (const operation of this.program.operations.slice(from, to)) {
      kernelOf(operation).run(operation, context);
    }
  }
}
