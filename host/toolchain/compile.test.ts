import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compile, type Compiled } from './compile.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isochrone-compile-'));
  mkdirSync(join(folder, 'include'));
  write('main.c', '#include "outer.h"\nint answer(void);\nint answer(void) { return VALUE; }\n');
  write('include/outer.h', '#include "inner.h"\n');
  write('include/inner.h', '#define VALUE 1\n');
  write('include/unrelated.h', '#define OTHER 1\n');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

function build(): Promise<Compiled> {
  return compile({
    prefix: '',
    targetFlags: [],
    sources: [join(folder, 'main.c')],
    includeFolders: [join(folder, 'include')],
    outDir: join(folder, 'out'),
  });
}

const bytes = ({ objects: [object = ''] }: Compiled): Buffer => readFileSync(object);

it('a header that a source includes, at whatever level, makes another object', async () => {
  const before = await build();
  const first = bytes(before);
  write('include/inner.h', '#define VALUE 2\n');
  const after = await build();
  expect(bytes(after).equals(first)).toBe(false);
  expect(after.inputHash).not.toBe(before.inputHash);
});

it('a header that no source includes changes nothing', async () => {
  const before = await build();
  write('include/unrelated.h', '#define OTHER 2\n');
  expect((await build()).inputHash).toBe(before.inputHash);
});
