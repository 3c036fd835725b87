/** Where templates are kept: one file a kind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import type { TemplateKind, TemplateSet } from '../cineecg/mapping/pull-back.js';
import {
  loadTemplates,
  type StoredTemplates,
  templatesFromText,
} from '../cineecg/mapping/template-file.js';

export const TEMPLATE_FOLDER = join(packageRoot(), 'models/templates');

export function templateFile(kind: TemplateKind, folder = TEMPLATE_FOLDER): string {
  return join(folder, `${kind}.json`);
}

/** @throws {IsochroneError} TEMPLATES_INVALID, TEMPLATES_NOT_FOUND */
export function readStoredTemplates(kind: TemplateKind, folder?: string): StoredTemplates {
  const file = templateFile(kind, folder);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new IsochroneError('TEMPLATES_NOT_FOUND', `there are no templates for ${kind}`, {
      hint: 'Make them: isochrone templates.',
      where: { file },
      cause,
    });
  }
  return templatesFromText(text, file);
}

export function readTemplates(kind: TemplateKind, folder?: string): TemplateSet {
  return loadTemplates(readStoredTemplates(kind, folder));
}
