import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { compileNetwork } from '../../../codegen/compile.js';
import { IntegerInterpreter } from '../../../codegen/interpret/integer.js';
import { seededRandom } from '../../../codegen/testing/random.js';
import { int8TfliteNetwork } from '../../../codegen/testing/tflite-networks.js';
import { CHROMIUM, LAUNCH_ARGS } from '../../../bench/page/chromium.js';
import { witness, witnessInPage } from '../../support/tflite-witness.js';

const absent = !existsSync(CHROMIUM) && process.env['CI'] === undefined;

describe.skipIf(absent)(`tfjs-tflite in Chromium${absent ? ` (no ${CHROMIUM})` : ''}`, () => {
  it('gives what it gives in Node, and the interpreter within one step', async () => {
    const bytes = int8TfliteNetwork();
    const random = seededRandom(6);
    const inputs = Array.from({ length: 40 }, () =>
      Int8Array.from({ length: 9 * 7 * 3 }, () => Math.floor(random() * 256) - 128),
    );
    const model = { bytes, file: 'small.tflite' };
    const { program } = compileNetwork(model, undefined, { explain: 'none' });
    const answer = program.operations.at(-1);
    if (answer?.kind !== 'widen') throw new Error('the program does not end in an int8 answer');
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...LAUNCH_ARGS] });
    try {
      const theirs = await witnessInPage(await browser.newPage(), bytes, inputs);
      expect(theirs).toEqual(await witness(bytes, inputs));
      const interpreter = new IntegerInterpreter(program);
      let [count, differing] = [0, 0];
      inputs.forEach((x, run) => {
        interpreter.forward(x);
        const ours = interpreter.values(answer.input);
        theirs[run]?.forEach((value, i) => {
          const steps = Math.abs(value - (ours[i] ?? NaN));
          expect(steps).toBeLessThanOrEqual(1);
          differing += steps;
          count += 1;
        });
      });
      console.log(`${differing} of ${count} outputs differ from tfjs-tflite in Chromium`);
      expect(new Set(theirs.flatMap((values) => Array.from(values))).size).toBeGreaterThan(20);
    } finally {
      await browser.close();
    }
  }, 120_000);
});
