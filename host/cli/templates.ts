/** `isochrone templates`: what a lesion of each place does to the leads, from simulated hearts; one set for evaluation and device. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { distil, readDistilled, writePlaceModel } from '../evaluate/place-model.js';
import { PLACE_FOLDER } from '../evaluate/networks.js';
import { templatesToText } from '../cineecg/mapping/template-file.js';
import { writeAtomically } from '../records/files.js';
import { TEMPLATE_FOLDER, templateFile } from '../templates/files.js';
import { deviceTemplates } from '../templates/make-templates.js';
import { templateBeats } from '../templates/simulate-beats.js';
import { progress } from './progress.js';

export interface TemplatesOptions {
  readonly out?: string;
  readonly hearts: number;
  readonly siteHearts: number;
  readonly normals: number;
  readonly deviceSites: number;
  readonly simulate: boolean;
}

export async function runTemplates(options: TemplatesOptions): Promise<void> {
  const full = join(options.out ?? PLACE_FOLDER, 'templates.json');
  const folder = options.out ?? TEMPLATE_FOLDER;
  mkdirSync(folder, { recursive: true });
  if (options.simulate) {
    const bar = progress('hearts');
    const beats = templateBeats(
      {
        lesionHearts: options.hearts,
        ectopicHearts: options.siteHearts,
        normalHearts: options.normals,
      },
      (done, of) => {
        bar.update(done, of);
      },
    );
    bar.finish(`${beats.length} beats`);
    await writeAtomically(full, writePlaceModel(distil(beats, options.hearts)));
    process.stdout.write(`${full}\n`);
  }
  // As read, so that the device's are the same however the file came to be.
  const distilled = readDistilled(readFileSync(full, 'utf8'), full);
  for (const stored of deviceTemplates(distilled, options.deviceSites)) {
    const file = templateFile(stored.kind, folder);
    await writeAtomically(file, templatesToText(stored));
    process.stdout.write(`${file}\n`);
  }
}
