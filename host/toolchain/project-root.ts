import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds firmware-templates and boards; the same from the sources and from dist. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'firmware-templates'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('firmware-templates not found above this module');
    folder = parent;
  }
  return folder;
}
