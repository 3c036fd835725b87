import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildNativeProgram } from './native-program.js';

it('compiles a program once, and another where its sources are others', () => {
  const chain = {
    name: 'kept',
    sources: ['host/toolchain/native/chain_windows.c', 'models/chain_record.c'],
    core: ['leads', 'decimate', 'decimate_taps', 'baseline', 'chain'],
  };
  const first = buildNativeProgram(chain);
  const { mtimeMs, ino } = statSync(first);
  expect(buildNativeProgram(chain)).toBe(first);
  expect(statSync(first)).toMatchObject({ mtimeMs, ino });
  const more = { ...chain, core: [...chain.core, 'crc32c'] };
  expect(buildNativeProgram(more)).not.toBe(first);
});
