import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';
import type { TestNetwork } from './build-network.js';

/** Recurrent networks and transformers as torch exports them; export_torch_sequences.py writes the files again. */
const SEQUENCES: readonly (readonly [string, number])[] = [
  ['lstm', 50],
  ['lstm_bidir', 40],
  ['gru_bidir', 40],
  ['lstm_last_state', 33],
  ['gru_last_state', 33],
  ['transformer', 100],
  ['transformer_gelu', 60],
];

/** Recurrent layers have no gradient rule: they answer without explanation. */
export function sequenceNetworks(): readonly TestNetwork[] {
  return SEQUENCES.map(([name, samples]) => ({
    name,
    inputShape: [1, 12, samples],
    bytes: readFileSync(join(packageRoot(), 'codegen/testing/models', `${name}.onnx`)),
    ...(name.startsWith('transformer') ? {} : { explain: 'none' as const }),
  }));
}
