import { describe, expect, it } from 'vitest';
import { OnnxBuilder } from '../testing/onnx-builder.js';
import { seededRandom } from '../testing/random.js';
import { testNetworks } from '../testing/networks.js';
import {
  qdqNetwork,
  qOperatorNetwork,
  type QuantizedOnnxNetwork,
} from '../testing/quantized-onnx-networks.js';
import { int8TfliteNetwork } from '../testing/tflite-networks.js';
import { compileNetwork } from '../compile.js';
import { compileTrial } from '../testing/trial.js';
import { analyzeModel } from './analyze.js';

function lastOf(network: QuantizedOnnxNetwork): Uint8Array {
  const signal = network.signals.at(-1);
  if (signal === undefined) throw new Error('no signal');
  return network.bytesFor(signal);
}

describe('analysis of a model', () => {
  it('tells the cost of a build before there is a calibration', () => {
    for (const network of testNetworks().slice(0, 5)) {
      const analysis = analyzeModel(network.bytes, network.name);
      const built = compileTrial(network);
      const cost = network.explain === 'none' ? analysis.answer : analysis.explained;
      expect(analysis.problems).toEqual([]);
      expect(cost?.arenaBytes).toBe(built.plan.bytes);
      expect(cost?.layers).toBe(built.program.operations.length);
      expect(analysis.input).toEqual(network.inputShape);
      expect(analysis.parameters).toBeGreaterThan(100);
    }
  });

  it('names every unsupported operator, not the first alone', () => {
    const builder = new OnnxBuilder(seededRandom(1), [1, 3, 16]);
    const a = builder.node('RoiAlign', [builder.input]);
    const b = builder.conv(a, { from: 3, to: 4 }, [3]);
    const c = builder.node('NonMaxSuppression', [b]);
    const analysis = analyzeModel(builder.bytes(c), 'odd.onnx');
    expect(analysis.answer).toBeUndefined();
    expect(analysis.problems.map(({ where }) => where['operator'])).toEqual([
      'RoiAlign',
      'NonMaxSuppression',
    ]);
    expect(analysis.operators).toEqual({ Conv: 1, NonMaxSuppression: 1, RoiAlign: 1 });
  });

  it('says what is wrong with a supported operator, too', () => {
    const builder = new OnnxBuilder(seededRandom(1), [1, 3, 16]);
    const conv = builder.conv(builder.input, { from: 5, to: 4 }, [3]);
    const { problems } = analyzeModel(builder.bytes(conv), 'odd.onnx');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'MODEL_BAD_SHAPE', where: { operator: 'Conv' } });
  });

  it('looks at int8 networks with scales of their own, TFLite and ONNX', () => {
    const networks = [
      { name: 'int8.tflite', bytes: int8TfliteNetwork() },
      { name: 'qdq.onnx', bytes: lastOf(qdqNetwork('int8', 13)) },
      { name: 'qoperator.onnx', bytes: lastOf(qOperatorNetwork('uint8')) },
    ];
    for (const { name, bytes } of networks) {
      const analysis = analyzeModel(bytes, name);
      expect(analysis.problems).toEqual([]);
      const built = compileNetwork({ bytes, file: name }, undefined, { explain: 'none' });
      expect(analysis.answer?.arenaBytes).toBe(built.plan.bytes);
      expect(analysis.explanationProblems).toEqual([]);
      expect(analysis.explained?.layers).toBeGreaterThan(built.program.operations.length);
    }
  });

  it('throws only where there is no model to look at', () => {
    expect(() => analyzeModel(new Uint8Array(0), 'empty.onnx')).toThrowError(
      expect.objectContaining({ code: 'MODEL_EMPTY' }),
    );
  });
});
