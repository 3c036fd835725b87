/** Every test of the bench, on the device that the environment names. */
import { afterAll, beforeAll, describe } from 'vitest';
import { Bench } from './bench.js';
import { acquisitionTests } from './suite/acquisition.js';
import { analogueTests } from './suite/analogue.js';
import { bootTests } from './suite/boot.js';
import { clockTests } from './suite/clock.js';
import { commandTests } from './suite/commands.js';
import { converterTests } from './suite/converter.js';
import { explanationTests } from './suite/explanation.js';
import { knownAnswerTests } from './suite/known-answers.js';
import { lineFaultTests } from './suite/line-faults.js';
import { powerFaultTests } from './suite/power-faults.js';
import { updateTests } from './suite/update.js';

const bench = await Bench.fromEnvironment();

beforeAll(() => bench.start());
afterAll(() => bench.stop());

describe(bench.entry.name, () => {
  bootTests(bench);
  knownAnswerTests(bench);
  commandTests(bench);
  acquisitionTests(bench);
  analogueTests(bench);
  converterTests(bench);
  explanationTests(bench);
  lineFaultTests(bench);
  powerFaultTests(bench);
  if (bench.settings.long) {
    updateTests(bench);
    clockTests(bench);
  }
});
