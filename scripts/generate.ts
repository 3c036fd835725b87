/** `npm run generate`: re-makes every generated file of the tree. A test beside each generator fails when one is stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../codegen/package-root.js';
import { ads1298TapsSource } from '../firmware-templates/afe/ads1298/generate-ads1298-taps.js';
import { syntheticBeatSource } from '../firmware-templates/afe/synthetic/generate-synthetic-beat.js';
import { decimateTapsSource } from '../firmware-templates/core/generate-decimate-taps.js';
import { lowpassTapsSource } from '../firmware-templates/core/generate-lowpass-taps.js';
import { generatedFiles as heartFiles } from '../host/cineecg/generate-c.js';
import { generatedFiles as templateFiles } from '../host/templates/generate-c.js';
import { heartGltf } from '../host/cineecg/surface-gltf.js';
import { generatedFiles as wireFiles } from '../host/protocol/generated-files.js';

const files: Readonly<Record<string, string>> = {
  ...wireFiles(),
  ...heartFiles(),
  'host/cineecg/heart.gltf': heartGltf(),
  ...templateFiles(),
  'firmware-templates/afe/ads1298/iso_ads1298_taps.c': ads1298TapsSource(),
  'firmware-templates/afe/synthetic/iso_synthetic_beat.c': syntheticBeatSource(),
  'firmware-templates/core/iso_decimate_taps.c': decimateTapsSource(),
  'firmware-templates/core/iso_lowpass_taps.c': lowpassTapsSource(),
};

for (const [path, content] of Object.entries(files)) {
  const absolute = join(packageRoot(), path);
  mkdirSync(dirname(absolute), { recursive: true });
  let before = '';
  try {
    before = readFileSync(absolute, 'utf8');
  } catch {
    // A file that is not there yet is written like one that differs.
  }
  if (before !== content) writeFileSync(absolute, content);
  process.stdout.write(`${before === content ? 'same   ' : 'written'} ${path}\n`);
}
