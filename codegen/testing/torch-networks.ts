import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';
import type { TestNetwork } from './build-network.js';

/** Samples of every exported network's input; models/README.md says how the files are made. */
const SAMPLES = 128;

/** Small copies of published ECG architectures as torch 1.13 exports them, with random weights. */
export function torchNetworks(): readonly TestNetwork[] {
  return [
    'fcn_wang',
    'resnet1d_wang',
    'xresnet1d',
    'inception1d',
    'ribeiro',
    'reordering',
    'se_resnet',
  ].map((name) => ({
    name: `torch ${name}`,
    inputShape: [1, 12, SAMPLES],
    bytes: readFileSync(join(packageRoot(), 'codegen/testing/models', `${name}.onnx`)),
    // The maxima of their heads flip between near-equals on noise, and eight inputs show no steepest gradient.
    leastCosine: 0.5,
    mostSaturations: 4,
  }));
}
