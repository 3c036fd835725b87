/** The models of `npm run bench -- models` without `--file`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../codegen/package-root.js';
import { hasShared, sharedPath } from '../../host/records/shared-data.js';
import { DEFAULT_MODEL } from '../../host/cli/network.js';

export interface ListedModel {
  readonly file: string;
  /** A JSON file of inputs and outputs. */
  readonly io?: string;
  /** Inputs are seeded noise: the weights are, too. */
  readonly noise?: true;
  /** Why it is not measured. */
  readonly skipped?: string;
}

const PUBLIC = [
  ...['ad01_fp32', 'ad01_int8', 'pretrainedResnet', 'pretrainedResnet_quant'],
  ...['vww_96_float', 'vww_96_int8'],
].map((name) => ['mlperf-tiny', `${name}.tflite`, 'reference-io.json'] as const);
const ECG = ['ecg', 'ecgresnet_ptbxl.onnx', 'ecgresnet_ptbxl.io.json'] as const;

/** The default network, every architecture exported by torch, every public model; those that are not here say so. */
export function listedModels(): readonly ListedModel[] {
  const exported = join(packageRoot(), 'codegen/testing/models');
  return [
    { file: DEFAULT_MODEL },
    ...readdirSync(exported)
      .filter((name) => /\.(onnx|tflite)$/.test(name))
      .sort()
      .map((name) => ({ file: join(exported, name), noise: true as const })),
    ...[ECG, ...PUBLIC].map(([folder, name, io]) => {
      const file = sharedPath('models', folder, name);
      return hasShared('models', folder, name)
        ? { file, io: sharedPath('models', folder, io) }
        : { file, skipped: 'not on this machine (ISOCHRONE_SHARED, or ../shared)' };
    }),
  ];
}
