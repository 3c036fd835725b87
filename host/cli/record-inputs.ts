import type { Leads } from '../../codegen/compile.js';
import type { PreparedGraph } from '../../codegen/explain/gradient.js';
import { tensorOf } from '../../codegen/graph/graph.js';
import { readLeadStatistics, type RecordInputs } from '../validate/record-inputs.js';

/** What the command line says of a network's input: `--leads`, `--preprocess`. */
export function recordInputs(
  modelFile: string,
  { graph, input }: PreparedGraph,
  options: { readonly leads: Leads; readonly preprocess?: string },
): RecordInputs {
  const { leads, preprocess } = options;
  return {
    leads,
    samples: tensorOf(graph, input).shape.at(-1) ?? 1,
    ...(preprocess === undefined ? {} : { statistics: readLeadStatistics(preprocess, modelFile) }),
  };
}
