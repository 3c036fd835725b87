import { expect, it } from 'vitest';
import { frontEnd } from '../compile.js';
import { buildNetwork } from '../testing/build-network.js';

it.each([
  [255, undefined],
  [256, 'EXPLAIN_ANSWERS'],
])('of %i outputs: %s', (outputs, code) => {
  const { bytes, name } = buildNetwork('many', [1, 6], 1, (b) => b.gemm(b.input, 6, outputs));
  const make = (): unknown => frontEnd(bytes, name);
  if (code === undefined) expect(make).not.toThrow();
  else expect(make).toThrow(expect.objectContaining({ code }) as Error);
});
