/** A compiled network on one window of chain output: its answer, its gradient, in the integers of the device. */
import type { CompiledNetwork } from '../../codegen/compile.js';
import { quantizeMicrovolt } from '../../codegen/emit/input-factor.js';
import { classNames, operatingPoints } from '../../codegen/emit/emit.js';
import { IsochroneError } from '../../codegen/errors.js';
import { SMOOTHGRAD } from '../../codegen/explain/methods.js';
import { integerTensor, type SignalArray } from '../../codegen/integer/program.js';
import { IntegerInterpreter } from '../../codegen/interpret/integer.js';
import { integratedGradients, smoothGrad } from '../attribution/mean-gradient.js';
import { interpretedNetwork } from '../attribution/network.js';
import { WINDOW_SAMPLES } from '../cineecg/beats.js';
import { TWELVE_LEAD_COUNT } from '../cineecg/matrices.js';
import { describeWindow } from '../familiarity/describe.js';
import { unfamiliarity } from '../familiarity/unfamiliarity.js';
import type { Method as WireMethod } from '../protocol/messages.js';

export interface WindowAnswer {
  readonly input: SignalArray;
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  readonly winner: number;
  /** Above 1 a device withholds the answer; absent where the calibration does not know the training data. */
  readonly unfamiliarity?: number;
}

export class WindowNetwork {
  readonly classNames: readonly string[];
  readonly operatingPoints: readonly number[];
  readonly leads: number;
  readonly inputScaleMillivolt: number;
  readonly gradientScale: number;
  private readonly interpreter: IntegerInterpreter;
  private readonly logitScale: number;

  /** @throws {IsochroneError} EXPLAIN_INPUT of a network that does not read windows of the chain */
  constructor(private readonly network: CompiledNetwork) {
    const { program } = network;
    const input = integerTensor(program, program.input);
    const explanation = program.explanation;
    const samples = input.height * input.width;
    if (
      explanation === undefined ||
      samples !== WINDOW_SAMPLES ||
      ![8, 12].includes(input.channels)
    ) {
      throw new IsochroneError(
        'EXPLAIN_INPUT',
        `the network reads ${samples} samples of ${input.channels} leads${explanation === undefined ? ' and has no gradient' : ''}`,
        {
          hint: 'A network of ten seconds at 100 Hz, 12 or 8 leads, that can be explained is needed.',
        },
      );
    }
    this.interpreter = new IntegerInterpreter(program);
    this.classNames = classNames(program);
    this.operatingPoints = operatingPoints(program);
    this.leads = input.channels;
    this.inputScaleMillivolt = input.scale;
    this.gradientScale = integerTensor(program, explanation.inputGradient).scale;
    this.logitScale = integerTensor(program, program.logits).scale;
  }

  /** @param microvolt `[1000][8]` chain output */
  answer(microvolt: Int16Array): WindowAnswer {
    const { program, familiarity } = this.network;
    const input = quantizeMicrovolt(
      program,
      this.leads === TWELVE_LEAD_COUNT ? twelveOf(microvolt) : microvolt,
    );
    const steps = this.interpreter.forward(input);
    const logits = Array.from(steps, (step) => step * this.logitScale);
    return {
      input,
      logits,
      probabilities: logits.map((logit) => 1 / (1 + Math.exp(-logit))),
      winner: steps.indexOf(Math.max(...steps)),
      ...(familiarity === undefined
        ? {}
        : { unfamiliarity: unfamiliarity(familiarity, describeWindow(microvolt)) }),
    };
  }

  /**
   * What explains a logit of the last answer as a gradient does, `[1000][leads]`, steps of `gradientScale`: by the first method that the
   * network was built with, as in the application.
   * @throws IsochroneError EXPLAIN_METHOD of a method that gives no gradient
   */
  gradient(
    { input }: WindowAnswer,
    classIndex: number,
  ): { readonly method: WireMethod; readonly gradient: Int16Array } {
    const [chosen = { method: 'gradient-x-input' as const, count: 1 }] = this.network.methods;
    const { method, count: steps = 1 } = chosen;
    const { program } = this.network;
    switch (method) {
      case 'integrated-gradients': {
        const found = integratedGradients(interpretedNetwork(program), input, classIndex, {
          steps,
        });
        return { method: 'integrated_gradients', gradient: found.gradient };
      }
      case 'smoothgrad': {
        const { seed, noiseMillivolt } = SMOOTHGRAD;
        const noise256ths = Math.round((256 * noiseMillivolt) / this.inputScaleMillivolt);
        const noisy = { draws: steps, seed, noise256ths };
        const found = smoothGrad(interpretedNetwork(program), input, classIndex, noisy);
        return { method, gradient: found.gradient };
      }
      case 'gradient':
      case 'gradient-x-input':
        return {
          method: 'gradient_x_input',
          gradient: this.interpreter.explain(classIndex).gradient,
        };
      case 'relevance':
        return { method, gradient: this.interpreter.explain(classIndex).gradient };
      case 'grad-cam':
      case 'occlusion':
        throw new IsochroneError('EXPLAIN_METHOD', `${method} gives no gradient to map`, {
          hint: 'Name a method of gradients or relevance first; a device shows the others (`isochrone start`).',
        });
    }
  }
}

/** `[1000][8]` → `[1000][12]`, halves rounded downwards, as iso_leads.h. */
function twelveOf(eight: Int16Array): Int32Array {
  const twelve = new Int32Array((eight.length / 8) * TWELVE_LEAD_COUNT);
  for (let t = 0; t < eight.length / 8; t += 1) {
    const [one = 0, two = 0, ...chest] = eight.subarray(8 * t, 8 * t + 8);
    const limbs = [
      one,
      two,
      two - one,
      (-one - two) >> 1,
      (2 * one - two) >> 1,
      (2 * two - one) >> 1,
    ];
    twelve.set([...limbs, ...chest], TWELVE_LEAD_COUNT * t);
  }
  return twelve;
}
