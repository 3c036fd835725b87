import { describe, expect, it } from 'vitest';
import { allTargets, hostTarget, type Target } from '../../../../host/validate/targets.js';
import { CHANNELS, convCases } from './conv-table.js';
import { PASSES, wrongCases } from './run-table.js';

const cases = convCases();
/** CI runs one case in so many on every core, a number coprime to every axis; `npm run conv-table` runs all. */
const SHARE = 107;
const some = cases.filter((_, index) => index % SHARE === 0);
/** Gradients take five times as long to compile as answers do: a third of those, which still meets every number of channels. */
const casesOf = { forward: some, gradient: some.filter((_, index) => index % 3 === 0) };
const targets = await allTargets();

describe(`convolution, ${some.length} of ${cases.length} combinations`, () => {
  it('are all different, one-dimensional and two-dimensional', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.length).toBe(7 * 3 * 2 * 4 * 2 * 8 * 2 + 6 * 4 * 2 * 4 * 2 * 8 * 2);
    // The share still meets every number of channels, dense and depthwise.
    for (const [channels, share] of CHANNELS.flatMap((count) =>
      Object.values(casesOf).map((each) => [count, each] as const),
    )) {
      const own = share.filter(({ geometry }) => geometry.inputChannels === channels);
      expect(own.some(({ geometry }) => geometry.groups === 1)).toBe(true);
      expect(own.some(({ geometry }) => geometry.groups === channels)).toBe(true);
    }
  });

  it.each(PASSES.flatMap((pass) => targets.map((target) => [target.name, pass, target] as const)))(
    '%s answers as the interpreter: %s',
    async (_, pass, target) => {
      expect(await wrongCases(target, casesOf[pass], pass)).toEqual([]);
    },
    300_000,
  );

  it('a kernel that computes one case otherwise is named with it', async () => {
    const spoiled: Target = {
      ...hostTarget,
      name: 'spoiled',
      build: async (networkDir, outDir) => {
        const built = await hostTarget.build(networkDir, outDir);
        return {
          ...built,
          run: async (request) => {
            const found = await built.run(request);
            const results = found.results.map((result) => ({
              ...result,
              layerCrcs: result.layerCrcs.map((crc, layer) => (layer === 3 ? crc ^ 1 : crc)),
            }));
            return { ...found, results };
          },
        };
      },
    };
    expect(await wrongCases(spoiled, some.slice(0, 5), 'forward')).toEqual([
      `conv ${some[3]?.name ?? ''}`,
    ]);
  }, 60_000);
});
