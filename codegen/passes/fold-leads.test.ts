import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { frontEnd } from '../compile.js';
import { withGradient } from '../explain/gradient.js';
import type { Graph, GraphNode } from '../graph/graph.js';
import { floatOf, runFloat } from '../interpret/float.js';
import { packageRoot } from '../package-root.js';
import { OnnxBuilder } from '../testing/onnx-builder.js';
import { seededRandom } from '../testing/random.js';
import { trialInputs } from '../testing/trial.js';
import { importOnnx } from '../import/onnx.js';
import { EIGHT_LEADS, foldLeads, TWELVE_LEADS } from './fold-leads.js';
import { optimise } from './passes.js';

const SAMPLES = 50;

/** [8][samples] → [12][samples], in double: III = II − I and the Goldberger leads. */
function twelveLeads(eight: Float32Array): Float32Array {
  const samples = eight.length / 8;
  const at = (lead: number, t: number): number => eight[lead * samples + t] ?? 0;
  return Float32Array.from({ length: 12 * samples }, (_, i) => {
    const [lead, t] = [Math.floor(i / samples), i % samples];
    const [one, two] = [at(0, t), at(1, t)];
    const limb = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2];
    return limb[lead] ?? at(lead - 4, t);
  });
}

/** Gradient by twelve leads → by eight, as the fold of cardiac leads asks (chain rule on the six lines above). */
function foldedGradient(twelve: ArrayLike<number>): Float64Array {
  const samples = twelve.length / 12;
  const g = (lead: number, t: number): number => twelve[lead * samples + t] ?? 0;
  return Float64Array.from({ length: 8 * samples }, (_, i) => {
    const [lead, t] = [Math.floor(i / samples), i % samples];
    if (lead === 0) return g(0, t) - g(2, t) - g(3, t) / 2 + g(4, t) - g(5, t) / 2;
    if (lead === 1) return g(1, t) + g(2, t) - g(3, t) / 2 - g(4, t) / 2 + g(5, t);
    return g(lead + 4, t);
  });
}

function run(graph: Graph, x: Float32Array): ArrayLike<number> {
  return floatOf(runFloat(graph, new Map([[graph.inputs[0] ?? '', x]])), graph.outputs[0] ?? '');
}

function gradientOf(graph: Graph, x: Float32Array, classes: number): readonly ArrayLike<number>[] {
  const explained = withGradient(graph);
  return Array.from({ length: classes }, (_, target) => {
    const seed = Float32Array.from({ length: classes }, (__, i) => (i === target ? 1 : 0));
    const inputs = new Map([
      [explained.input, x],
      [explained.seed, seed],
    ]);
    return floatOf(runFloat(explained.graph, inputs), explained.inputGradient);
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))),
    0,
  );
}

/** Twelve leads into two convolutions at once: a stem and a shortcut. */
function forked(): Graph {
  const b = new OnnxBuilder(seededRandom(21), [1, 12, SAMPLES]);
  const stem = b.conv(b.input, { from: 12, to: 7 }, [5], { strides: [2], pads: [2, 2] });
  const side = b.conv(b.input, { from: 12, to: 7 }, [1], { strides: [2] });
  const sum = b.node('Relu', [b.node('Add', [b.batchNorm(stem, 7), side])]);
  const pooled = b.node('Flatten', [b.node('GlobalAveragePool', [sum])]);
  return optimise(importOnnx(b.bytes(b.gemm(pooled, 7, 3)), 'forked.onnx'));
}

/** As `forked`, its input scaled lead by lead first. The scaling is put in as the passes would find it. */
function scaled(operator: 'Mul' | 'Div', shape: readonly number[], constantFirst = false): Graph {
  const graph = forked();
  const random = seededRandom(22);
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, () => 0.5 + random());
  const node: GraphNode = {
    operator,
    name: 'scale',
    inputs: constantFirst ? ['lead_scale', 'ecg'] : ['ecg', 'lead_scale'],
    outputs: ['scaled'],
    attributes: {},
  };
  const swap = (name: string): string => (name === 'ecg' ? 'scaled' : name);
  return {
    ...graph,
    nodes: [node, ...graph.nodes.map((n) => ({ ...n, inputs: n.inputs.map(swap) }))],
    tensors: new Map([
      ...graph.tensors,
      ['lead_scale', { shape, elementType: 'float32', data }],
      ['scaled', { shape: [1, 12, SAMPLES], elementType: 'float32' }],
    ]),
  };
}

/** The unfolded network's answer, its scaling applied by hand. */
function runScaled(graph: Graph, x: Float32Array): ArrayLike<number> {
  const [scale] = graph.nodes;
  const factors = graph.tensors.get('lead_scale')?.data ?? [];
  const y = x.map((value, i) => {
    const factor = factors[factors.length === 1 ? 0 : Math.floor(i / SAMPLES)] ?? NaN;
    return scale?.operator === 'Div' ? value / factor : value * factor;
  });
  return run({ ...graph, inputs: ['scaled'], nodes: graph.nodes.slice(1) }, y);
}

describe('lead folding', () => {
  it('keeps the answer and folds the gradient of a network with two first convolutions', () => {
    const twelve = forked();
    const eight = foldLeads(twelve);
    expect(eight.metadata['isochrone.leads']).toBe(EIGHT_LEADS);
    for (const x of trialInputs([1, 8, SAMPLES], 23, 5)) {
      const expanded = twelveLeads(x);
      expect(largestDifference(run(eight, x), run(twelve, expanded))).toBeLessThan(1e-5);
      const ours = gradientOf(eight, x, 3);
      const theirs = gradientOf(twelve, expanded, 3);
      ours.forEach((gradient, c) => {
        const folded = foldedGradient(theirs[c] ?? []);
        expect(largestDifference(gradient, folded)).toBeLessThan(1e-5);
        expect(Math.max(...folded)).toBeGreaterThan(0.01);
      });
    }
  });

  it('keeps the answer and folds the gradient of the default network', () => {
    const bytes = readFileSync(join(packageRoot(), 'models/default/default.onnx'));
    const twelve = optimise(importOnnx(bytes, 'default.onnx'));
    const eight = foldLeads(twelve);
    expect(twelve.metadata['isochrone.leads']).toBe(TWELVE_LEADS);
    expect(eight.tensors.get('ecg')?.shape).toEqual([1, 8, 1000]);
    for (const x of trialInputs([1, 8, 1000], 24, 2)) {
      const expanded = twelveLeads(x);
      expect(largestDifference(run(eight, x), run(twelve, expanded))).toBeLessThan(1e-5);
      const [ours = []] = gradientOf(eight, x, 5);
      const [theirs = []] = gradientOf(twelve, expanded, 5);
      expect(largestDifference(ours, foldedGradient(theirs))).toBeLessThan(1e-5);
    }
  });

  it.each([
    ['Mul', [1, 12, 1], false],
    ['Mul', [12, 1], true],
    ['Mul', [1], false],
    ['Mul', [], true],
    ['Div', [1, 12, 1], false],
    ['Div', [1, 1, 1], false],
  ] as const)('moves a scaling by lead into the weights: %s %j', (operator, shape, first) => {
    const graph = scaled(operator, shape, first);
    const eight = foldLeads(graph);
    expect(eight.nodes).toHaveLength(graph.nodes.length - 1);
    for (const x of trialInputs([1, 8, SAMPLES], 25, 2)) {
      const difference = largestDifference(run(eight, x), runScaled(graph, twelveLeads(x)));
      expect(difference).toBeLessThan(1e-5);
    }
  });

  it.each([
    ['a constant over the leads', () => scaled('Div', [1, 12, 1], true)],
    ['a scale for each sample', () => scaled('Mul', [SAMPLES])],
    ['a scale of another axis of twelve', () => scaled('Mul', [12])],
  ])('refuses what no convolution can absorb: %s', (_, make) => {
    expect(() => foldLeads(make())).toThrowError(
      expect.objectContaining({ code: 'LEADS_NOT_LINEAR' }),
    );
  });

  it('names a grouped convolution, an activation, and an input of other leads', () => {
    const grouped = new OnnxBuilder(seededRandom(26), [1, 12, SAMPLES]);
    const conv = grouped.conv(grouped.input, { from: 12, to: 12 }, [3], { group: 12 });
    const active = new OnnxBuilder(seededRandom(27), [1, 12, SAMPLES]);
    const later = active.conv(active.node('Relu', [active.input]), { from: 12, to: 4 }, [3]);
    for (const [bytes, operator] of [
      [grouped.bytes(conv), 'Conv'],
      [active.bytes(later), 'Relu'],
    ] as const) {
      expect(() => foldLeads(importOnnx(bytes, 'm.onnx'))).toThrowError(
        expect.objectContaining({
          code: 'LEADS_NOT_LINEAR',
          where: expect.objectContaining({ operator }),
        }),
      );
    }
    const eight = new OnnxBuilder(seededRandom(28), [1, 8, SAMPLES]);
    const first = eight.conv(eight.input, { from: 8, to: 4 }, [3]);
    const other = new OnnxBuilder(seededRandom(29), [1, 12, SAMPLES]).meta(
      'isochrone.leads',
      'X,Y',
    );
    const conv12 = other.conv(other.input, { from: 12, to: 4 }, [3]);
    for (const bytes of [eight.bytes(first), other.bytes(conv12)]) {
      expect(() => foldLeads(importOnnx(bytes, 'm.onnx'))).toThrowError(
        expect.objectContaining({ code: 'LEADS_NOT_TWELVE' }),
      );
    }
  });

  it('is off unless asked for', () => {
    const bytes = readFileSync(join(packageRoot(), 'models/default/default.onnx'));
    expect(frontEnd(bytes, 'default.onnx').graph.tensors.get('ecg')?.shape).toEqual([1, 12, 1000]);
  });
});
