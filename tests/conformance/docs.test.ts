import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandedOperators } from '../../codegen/import/expand/registry.js';
import { constantOperators } from '../../codegen/operators/constant-rules.js';
import { importableOperators } from '../../codegen/operators/registry.js';
import { QUANTIZED_OPERATORS } from '../../codegen/import/quantized-operators.js';
import { tfliteOperators } from '../../codegen/import/tflite-operators.js';
import { packageRoot } from '../../codegen/package-root.js';

const root = packageRoot();
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** TypeScript of the product, tests left out. */
function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => read(join(folder, name)));
}

describe('docs/errors.md', () => {
  const documented = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` +\|/gm)].map((m) => m[1]);
  const areas = [...new Set(documented.map((code) => code?.split('_')[0]))].join('|');
  const text = ['codegen', 'host', 'bench'].flatMap(sources).join('\n');
  /** Names of wire messages, and of definitions in C, look like codes. */
  const messages = new Set(['FLASH_AREAS', 'FLASH_WRITE_BYTES', 'RESULT_END']);
  const used = [...text.matchAll(new RegExp(`'((?:${areas})(?:_[A-Z]+)*)'`, 'g'))]
    .map((match) => match[1] ?? '')
    .filter((code) => code.includes('_') || code === 'INTERRUPTED')
    .filter((code) => !messages.has(code));

  it('lists every code that the sources use', () => {
    expect([...new Set(used)].filter((code) => !documented.includes(code))).toEqual([]);
    expect(used.length).toBeGreaterThan(60);
  });

  it('lists no code that nothing uses, and each once, in order', () => {
    expect(documented.filter((code) => code !== undefined && !used.includes(code))).toEqual([]);
    expect(documented).toEqual([...new Set(documented)].sort());
  });

  it('knows every area: an error is never made outside of them', () => {
    const made = [...text.matchAll(/new IsochroneError\(\s*'([A-Z_]+)'/g)].map((match) => match[1]);
    expect(made.filter((code) => code !== undefined && !documented.includes(code))).toEqual([]);
    expect(made.length).toBeGreaterThan(50);
  });
});

describe('docs/operators.md', () => {
  const [onnx = '', tflite = '', quantized = ''] = read('docs/operators.md').split(
    /## TFLite|## Already quantised ONNX/,
  );
  const namesIn = (section: string): readonly (string | undefined)[] =>
    section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((row) =>
        [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]),
      )
      .sort();

  it('lists what the compiler imports', () => {
    // What the import rewrites or evaluates never reaches the table of rules.
    const expected = new Set([
      ...importableOperators(),
      ...expandedOperators(),
      ...constantOperators(),
      'Constant',
    ]);
    expect(namesIn(onnx)).toEqual([...expected].sort());
  });

  it('lists what is taken from TFLite', () => {
    expect(namesIn(tflite)).toEqual(tfliteOperators());
  });

  it('lists the operators on codes that are taken from ONNX', () => {
    expect(namesIn(quantized)).toEqual([...QUANTIZED_OPERATORS].sort());
  });
});
