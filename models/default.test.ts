import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

import {
  SignalScript,
  buildSignalHarness,
  type EightLeads,
} from '../firmware-templates/core/test-harness/signal.js';
import { sharedPath } from '../host/records/shared-data.js';
import { expectedCalibrationError, sigmoid } from '../host/validate/probabilities.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PTBXL = sharedPath('data', 'ptbxl');
const CLASSES = ['NORM', 'MI', 'STTC', 'CD', 'HYP'];
const MODEL = join(ROOT, 'models', 'default', 'default.onnx');

interface TrainingLog {
  readonly parameters: number;
  readonly multiplyAccumulates: number;
  readonly choiceFoldAuc: Readonly<Record<'sup' | 'sup50', Readonly<Record<string, number>>>>;
}

const log = JSON.parse(
  readFileSync(join(ROOT, 'models', 'default', 'training-log.json'), 'utf8'),
) as TrainingLog;

/** Millivolt, [12][1000], of one record as the firmware's chain gives it. */
function networkInput(
  run: ReturnType<typeof buildSignalHarness>,
  record: readonly EightLeads[],
): Float32Array {
  const input = new Float32Array(12 * 1000);
  const { chain } = run(new SignalScript().record(record, 0, 525));
  expect(chain).toHaveLength(1000);
  chain.forEach(({ microvolt }, t) => {
    const [one = NaN, two = NaN, ...chest] = microvolt;
    const leads = [one, two, two - one, (-one - two) >> 1, (2 * one - two) >> 1];
    [...leads, (2 * two - one) >> 1, ...chest].forEach((value, lead) => {
      input[lead * 1000 + t] = value / 1000;
    });
  });
  return input;
}

function readFold(fold: number): EightLeads[][] {
  const bytes = gunzipSync(readFileSync(join(PTBXL, `fold0${fold}.d16.gz`)));
  const values = new Int16Array(Uint8Array.from(bytes).buffer);
  for (let i = 0; i < values.length; i++) {
    if (i % 5000 !== 0) values[i] = (values[i] ?? 0) + (values[i - 1] ?? 0);
  }
  return Array.from({ length: values.length / 60_000 }, (_, record) =>
    Array.from({ length: 5000 }, (_t, t) =>
      [0, 1, 6, 7, 8, 9, 10, 11].map((lead) => values[(record * 12 + lead) * 5000 + t] ?? NaN),
    ),
  );
}

/** `[class][record]`. Quoted fields, which hold commas, are none of those wanted. */
function readLabels(fold: number, rule: 'sup' | 'sup50'): boolean[][] {
  const [header = '', ...lines] = readFileSync(join(PTBXL, 'labels.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replace(/"(?:[^"]|"")*"/gu, 'quoted'));
  const names = header.split(',');
  const rows = lines.map((line) => line.split(',')).filter(([first]) => first === String(fold));
  return CLASSES.map((name) => rows.map((row) => row[names.indexOf(`${rule}_${name}`)] === '1'));
}

function areaUnderCurve(scores: readonly number[], truth: readonly boolean[]): number {
  let wins = 0;
  let pairs = 0;
  scores.forEach((positive, i) => {
    if (truth[i] !== true) return;
    scores.forEach((negative, j) => {
      if (truth[j] === true) return;
      pairs++;
      wins += positive > negative ? 1 : positive === negative ? 0.5 : 0;
    });
  });
  return wins / pairs;
}

describe('the default network', () => {
  it('takes twelve leads of 1000 samples, gives five logits, and tells them apart', async () => {
    const session = await InferenceSession.create(MODEL);
    expect(session.inputNames).toEqual(['ecg']);
    expect(session.outputNames).toEqual(['logits']);
    const flat = new Tensor('float32', new Float32Array(12_000), [1, 12, 1000]);
    const logits = (await session.run({ ecg: flat }))['logits'];
    expect(logits?.dims).toEqual([1, 5]);
    expect(new Set(logits?.data as Float32Array).size).toBe(5);
  });

  it('has at most 100,000 parameters, and the model card quotes its log', () => {
    const card = readFileSync(join(ROOT, 'models', 'README.md'), 'utf8');
    expect(log.parameters).toBeLessThanOrEqual(100_000);
    expect(card).toContain(`${log.parameters.toLocaleString('en-US')} parameters`);
    expect(card).toContain(`${log.multiplyAccumulates.toLocaleString('en-US')} multiply-acc`);
    for (const values of Object.values(log.choiceFoldAuc)) {
      const row = ['macro', ...CLASSES].map((name) => (values[name] ?? NaN).toFixed(4)).join(' | ');
      expect(card).toContain(row);
    }
  });

  it.skipIf(!existsSync(PTBXL))(
    'scores on fold 9, through the firmware chain and onnxruntime, what its log says (needs ../shared/data/ptbxl)',
    async () => {
      const run = buildSignalHarness('models-default');
      const session = await InferenceSession.create(MODEL);
      const scores: number[][] = CLASSES.map(() => []);
      for (const record of readFold(9)) {
        const ecg = new Tensor('float32', networkInput(run, record), [1, 12, 1000]);
        const logits = (await session.run({ ecg }))['logits']?.data as Float32Array;
        scores.forEach((list, i) => list.push(logits[i] ?? NaN));
      }
      expect(scores[0]).toHaveLength(267);
      // Two numbers a class were fitted to these records: more would mean that they are not in the weights.
      const errors = CLASSES.map((_, i) =>
        expectedCalibrationError((scores[i] ?? []).map(sigmoid), readLabels(9, 'sup')[i] ?? []),
      );
      expect(Math.max(...errors)).toBeLessThan(0.05);
      for (const rule of ['sup', 'sup50'] as const) {
        const truth = readLabels(9, rule);
        CLASSES.forEach((name, i) => {
          const area = areaUnderCurve(scores[i] ?? [], truth[i] ?? []);
          expect(Math.abs(area - (log.choiceFoldAuc[rule][name] ?? NaN))).toBeLessThan(5e-4);
        });
      }
      expect(log.choiceFoldAuc.sup['macro']).toBeGreaterThan(0.9);
    },
    300_000,
  );
});
