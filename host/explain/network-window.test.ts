import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../codegen/package-root.js';
import { compileModel } from '../cli/network.js';
import { describeWindow } from '../familiarity/describe.js';
import { unfamiliarity } from '../familiarity/unfamiliarity.js';
import { seededRandom } from '../records/synthetic/random.js';
import { WindowNetwork } from './network-window.js';

it('answers with what a device withholds by, and calls by', () => {
  const compiled = compileModel(join(packageRoot(), 'models/tiny/tiny.onnx'), {
    precision: 'int8',
    leads: 8,
  });
  const network = new WindowNetwork(compiled);
  const random = seededRandom(1, 'noise');
  const noise = Int16Array.from({ length: 8000 }, () => Math.round(300 * random.normal()));
  const answer = network.answer(noise);
  expect(answer.unfamiliarity).toBeGreaterThan(1);
  const { familiarity } = compiled;
  expect(answer.unfamiliarity).toBe(
    familiarity && unfamiliarity(familiarity, describeWindow(noise)),
  );
  expect(network.operatingPoints).toHaveLength(network.classNames.length);

  const kept = Object.entries(compiled).filter(([name]) => name !== 'familiarity');
  const unknowing = Object.fromEntries(kept) as unknown as typeof compiled;
  expect(new WindowNetwork(unknowing).answer(noise)).not.toHaveProperty('unfamiliarity');
});
