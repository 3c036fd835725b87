import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IncludeTree } from './includes.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isochrone-includes-'));
  for (const [file, text] of [
    ['src/main.c', '#include <stdint.h>\n  #  include "outer.h"\n/* #include-like */\n'],
    ['src/outer.h', '#ifdef NEVER\n#include "inner.h"\n#endif\n#include "missing.h"\n'],
    ['first/inner.h', '#include "outer.h"\n'],
    ['second/inner.h', ''],
    ['second/forced.h', '#include "deep/last.h"\n'],
    ['second/deep/last.h', ''],
    ['second/unrelated.h', ''],
  ] as const) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function names(forced: readonly string[]): Promise<readonly string[]> {
  const tree = new IncludeTree([join(folder, 'first'), join(folder, 'second')]);
  const files = await tree.filesOf(join(folder, 'src/main.c'), forced);
  return files.map(([file]) => relative(folder, file));
}

it('follows every level, takes the first folder that has a name, and ends on circles', async () => {
  expect(await names([])).toEqual(['first/inner.h', 'src/outer.h']);
});

it('takes what the command line forces in', async () => {
  expect(await names(['forced.h'])).toEqual([
    'first/inner.h',
    'second/deep/last.h',
    'second/forced.h',
    'src/outer.h',
  ]);
});
