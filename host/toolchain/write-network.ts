/** Files of a compiled network. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledNetwork } from '../../codegen/compile.js';
import { classNames } from '../../codegen/emit/emit.js';
import { classLesionsHeader } from './class-lesions.js';

/** Writes network.c, network.h and class_lesions.h into a folder, which is made. */
export function writeNetwork(compiled: CompiledNetwork, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeWhole(join(folder, 'network.h'), compiled.emitted.header);
  writeWhole(join(folder, 'network.c'), compiled.emitted.source);
  writeWhole(join(folder, 'class_lesions.h'), classLesionsHeader(classNames(compiled.program)));
}

/** Never a half-written file, whenever the process ends. */
export function writeWhole(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.part`;
  writeFileSync(fresh, text);
  renameSync(fresh, path);
}
