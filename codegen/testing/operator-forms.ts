import { sizeOf, tensorOf } from '../graph/graph.js';
import { importOnnx } from '../import/onnx.js';
import type { TestNetwork } from './build-network.js';
import { OnnxBuilder } from './onnx-builder.js';
import { activationForms } from './operator-forms-activations.js';
import { arithmeticForms } from './operator-forms-arithmetic.js';
import { endingForms } from './operator-forms-endings.js';
import { reorderForms } from './operator-forms-reorder.js';
import type { OperatorForm } from './operator-form.js';
import { seededRandom } from './random.js';

/** Operator sets in which a form is tried: each at which many operators changed theirs. */
const FORM_OPSETS = [7, 9, 11, 13, 17, 18, 21] as const;

export function operatorForms(): readonly OperatorForm[] {
  return [...activationForms(), ...arithmeticForms(), ...reorderForms(), ...endingForms()];
}

/** Those of the operator sets tried in which the form is legal; its own where it is legal in none of them. */
export function opsetsOf(form: OperatorForm): readonly number[] {
  const [least, most] = form.opsets;
  const tried = FORM_OPSETS.filter((opset) => opset >= least && opset <= most);
  return tried.length > 0 ? tried : [least];
}

/** Convolution, the form, and unless it is the end a dense layer that reads every value. */
export function formNetwork(form: OperatorForm, opset: number, seed: number): TestNetwork {
  const [, channels = 1, ...spatial] = form.shape;
  const inputShape = [1, 4, ...spatial];
  const pads = spatial.flatMap(() => [1, 1]);
  const kernel = spatial.map(() => 3);
  const build = (values?: number): Uint8Array => {
    const b = new OnnxBuilder(seededRandom(seed), inputShape, opset);
    const x = b.conv(b.input, { from: 4, to: channels }, kernel, { pads });
    const y = form.body(b, x, opset);
    return b.bytes(values === undefined ? y : b.gemm(b.node('Flatten', [y]), values, 3));
  };
  const name = `${form.name}, operator set ${opset}`;
  const explain = form.explain ? ({} as const) : ({ explain: 'none' } as const);
  if (form.ends) return { name, inputShape, bytes: build(), ...explain };
  const body = importOnnx(build(), name);
  const values = sizeOf(tensorOf(body, body.outputs[0] ?? '').shape);
  return { name, inputShape, bytes: build(values), ...explain };
}
