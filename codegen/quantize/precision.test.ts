import { describe, expect, it } from 'vitest';
import { compileNetwork, frontEnd, modelSha256, type CompiledNetwork } from '../compile.js';
import { testNetworks } from '../testing/networks.js';
import { trialInputs } from '../testing/trial.js';
import { calibrate, type Calibration } from './calibration.js';
import { chooseInt16 } from './precision.js';

const everything = (): boolean => true;

describe('choice of int16 signals', () => {
  const table = {
    quiet: { answer: 0.0001, explanation: 0.0001 },
    loud: { answer: 0.01, explanation: 0.04 },
    middle: { answer: 0.002, explanation: 0.01 },
    answer: { answer: 0.05, explanation: 0 },
  };

  it('takes the most sensitive first and stops where little remains', () => {
    expect([...chooseInt16(table, everything)]).toEqual(['loud', 'middle', 'answer']);
    expect([...chooseInt16({ quiet: table.quiet }, everything)]).toEqual([]);
    expect([...chooseInt16({}, everything)]).toEqual([]);
  });

  it('skips what the budget does not allow, and then takes only what is too much by itself', () => {
    const chosen = chooseInt16(table, (set) => !set.has('loud'));
    expect([...chosen]).toEqual(['middle', 'answer']);
  });
});

describe('mixed precision', () => {
  const [network] = testNetworks();
  if (network === undefined) throw new Error('no network');
  const explained = frontEnd(network.bytes, network.name);
  const about = { modelSha256: modelSha256(network.bytes), source: 'seeded noise' };
  const inputs = trialInputs(network.inputShape, 3, 8);
  const calibration = calibrate(explained, inputs, about, { budgetMacs: 1e9 });
  const compileWith = (
    options: Parameters<typeof compileNetwork>[2],
    given: Calibration = calibration,
  ): CompiledNetwork =>
    compileNetwork(
      { bytes: network.bytes, file: network.name },
      { text: JSON.stringify(given), file: 'c' },
      options,
    );
  const wide = ({ program }: CompiledNetwork): readonly string[] =>
    Object.keys(calibration.sensitivities ?? {}).filter(
      (name) => program.tensors.get(name)?.type === 'int16',
    );

  it('is measured with the ranges, and the same each time', () => {
    expect(Object.keys(calibration.sensitivities ?? {})[0]).toBe(explained.input);
    for (const { answer, explanation } of Object.values(calibration.sensitivities ?? {})) {
      expect(answer).toBeGreaterThan(0);
      expect(explanation).toBeGreaterThanOrEqual(0);
    }
    expect(calibrate(explained, inputs, about, { budgetMacs: 1e9 })).toEqual(calibration);
    expect(calibrate(explained, inputs, about).sensitivities).toBeUndefined();
  });

  it('is the default, between int8 and int16 in memory, and keeps to a budget', () => {
    const loud = { [explained.input]: { answer: 0.5, explanation: 0.5 } };
    const given = { ...calibration, sensitivities: { ...calibration.sensitivities, ...loud } };
    const [least, mixed, most] = (['int8', undefined, 'int16'] as const).map((precision) =>
      compileWith(precision === undefined ? {} : { precision }, given),
    );
    if (least === undefined || mixed === undefined || most === undefined) throw new Error('three');
    expect(wide(least)).toEqual([]);
    expect(wide(most)).toEqual(Object.keys(calibration.sensitivities ?? {}));
    expect(wide(mixed)).toContain(explained.input);
    expect(mixed.plan.bytes).toBeLessThanOrEqual(most.plan.bytes);
    const frugal = compileWith({ precision: 'mixed', ramBytes: least.plan.bytes }, given);
    expect(frugal.plan.bytes).toBeLessThanOrEqual(least.plan.bytes);
    // An int16 input costs memory; what lies away from the peak does not.
    expect(wide(frugal)).not.toContain(explained.input);
  });

  it('needs sensitivities where it is asked for; int8 is the default without', () => {
    const { sensitivities, ...bare } = calibration;
    expect(sensitivities).toBeDefined();
    expect(wide(compileWith({}, bare))).toEqual([]);
    expect(() => compileWith({ precision: 'mixed' }, bare)).toThrowError(
      expect.objectContaining({ code: 'CALIBRATION_INCOMPLETE' }),
    );
    const damaged = { ...bare, sensitivities: { x: { answer: -1 } } };
    expect(() => compileWith({}, damaged)).toThrowError(
      expect.objectContaining({ code: 'CALIBRATION_DAMAGED' }),
    );
  });
});
