/** Known answers of the network on the device, every layer bit for bit as the reference computes it. */
import { expect } from 'vitest';
import { DeviceTests } from '../../../host/serial/device-tests.js';
import { differences, expectedResults } from '../../../host/validate/bit-exact.js';
import { syntheticRecords, vectorsOf } from '../../../host/validate/vectors-from-records.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

const INPUTS = { short: 1, long: 10 };

export function knownAnswerTests(bench: Bench): void {
  hil(
    bench,
    'computes every layer of a known input bit for bit',
    { limitMs: 600_000 },
    async (device) => {
      await device.restart();
      const { network } = bench;
      const vectors = vectorsOf(
        network,
        syntheticRecords(bench.settings.long ? INPUTS.long : INPUTS.short),
      );
      const expected = expectedResults(network, vectors);
      const tests = new DeviceTests(device.asked);
      const layers = network.program.operations.length;
      const found = [];
      for (const { input, classIndex } of vectors) {
        const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
        const run = await tests.run(bytes, classIndex, layers);
        found.push({ ...run, forwardTicks: 0, explainTicks: 0 });
      }
      await tests.start();
      const differing = differences(network, expected, found);
      device.records.measure('inputs that differ', differing.length, `of ${vectors.length}`, {
        most: 0,
      });
      expect(differing).toEqual([]);
    },
  );
}
