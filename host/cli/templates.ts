/** `isochrone templates`: what a lesion of each place does to the leads, from simulated hearts; for the mapping by chain rule. */
import { mkdirSync } from 'node:fs';
import type { TemplateKind } from '../cineecg/mapping/pull-back.js';
import { templatesToText } from '../cineecg/mapping/template-file.js';
import { writeAtomically } from '../records/files.js';
import { TEMPLATE_FOLDER, templateFile } from '../templates/files.js';
import { makeTemplates } from '../templates/make-templates.js';
import { normalBeats } from '../templates/simulate-beats.js';
import { progress } from './progress.js';

export interface TemplatesOptions {
  readonly out?: string;
  readonly normals: number;
  readonly hearts: number;
  readonly kind: readonly TemplateKind[];
  readonly sites: number;
  readonly siteHearts: number;
}

export async function runTemplates(options: TemplatesOptions): Promise<void> {
  const folder = options.out ?? TEMPLATE_FOLDER;
  const size = {
    normals: options.normals,
    heartsPerLesion: options.hearts,
    ectopicSites: options.sites,
    heartsPerSite: options.siteHearts,
  };
  mkdirSync(folder, { recursive: true });
  const normalBar = progress('normal hearts');
  const normals = normalBeats(size.normals, (done, of) => {
    normalBar.update(done, of);
  });
  normalBar.finish(`${size.normals} hearts`);
  for (const kind of options.kind) {
    const bar = progress(kind);
    const stored = makeTemplates(kind, normals, size, (done, of) => {
      bar.update(done, of);
    });
    const file = templateFile(kind, folder);
    await writeAtomically(file, templatesToText(stored));
    bar.finish(`${stored.places.length} templates: ${file}`);
  }
}
