/** The golden model of one request to the attribution program. */
import type { SignalArray } from '../../codegen/integer/program.js';
import type {
  AttributionRequest,
  AttributionResult,
  Baseline,
} from '../toolchain/attribution-run.js';
import { integratedGradients, smoothGrad } from './mean-gradient.js';
import type { AttributionNetwork } from './network.js';
import { occlusion } from './occlusion.js';
import { tileBeat } from './tile.js';

export type GoldenAttribution = Pick<
  AttributionResult,
  'explainedClass' | 'saturations' | 'values'
>;

/** What the program must answer; of the network's winner where the request names no class. */
export function goldenAttribution(
  network: AttributionNetwork,
  request: AttributionRequest,
): GoldenAttribution {
  const { input } = request;
  const logits = network.forward(input);
  const explainedClass = request.classIndex ?? logits.indexOf(Math.max(...logits));
  const laid = (baseline: Baseline | undefined): { readonly baseline?: SignalArray } => {
    if (baseline === undefined) return {};
    if (!('beat' in baseline)) return { baseline };
    return { baseline: tileBeat(network, input.length / network.leads, baseline) };
  };
  if (request.method === 'occlusion') {
    const { ranges, parts, byLead, baseline } = request;
    const options = { ranges, parts, byLead, ...laid(baseline) };
    const values = occlusion(network, input, explainedClass, options);
    return { explainedClass, saturations: 0, values };
  }
  if (request.method === 'grad-cam') {
    if (network.gradCam === undefined) throw new RangeError('built without Grad-CAM');
    const { cam: values, saturations } = network.gradCam(explainedClass);
    return { explainedClass, saturations, values };
  }
  const { gradient: values, saturations } =
    request.method === 'gradient'
      ? network.explain(explainedClass)
      : request.method === 'integrated'
        ? integratedGradients(network, input, explainedClass, {
            steps: request.steps,
            ...laid(request.baseline),
          })
        : smoothGrad(network, input, explainedClass, request);
  return { explainedClass, saturations, values };
}
