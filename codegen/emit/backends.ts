import { armv7emDspKernels } from './armv7em-dsp/backend.js';
import { armv81mHeliumKernels } from './armv81m-helium/backend.js';
import { armv8aNeonKernels } from './armv8a-neon/backend.js';
import { neonReductions } from './armv8a-neon/reductions.js';
import { composeBackend, type Backend } from './backend.js';
import { portableKernels } from './portable/backend.js';
import { x8664Kernels } from './x86-64/backend.js';

/** Every instruction family, by name: the kernels of its own folder, then those that it falls back to. */
const backends = {
  portable: composeBackend('portable', portableKernels),
  'armv7em-dsp': composeBackend('armv7em-dsp', armv7emDspKernels, portableKernels),
  'armv81m-helium': composeBackend(
    'armv81m-helium',
    armv81mHeliumKernels,
    armv7emDspKernels,
    portableKernels,
  ),
  'armv8a-neon': composeBackend('armv8a-neon', armv8aNeonKernels, neonReductions, portableKernels),
  'x86-64': composeBackend('x86-64', x8664Kernels, portableKernels),
} as const satisfies Readonly<Record<string, Backend>>;

export type BackendName = keyof typeof backends;

export const BACKENDS = Object.keys(backends) as readonly BackendName[];

export function backendNamed(name: BackendName): Backend {
  return backends[name];
}
