import { describe, expect, it } from 'vitest';
import { activationTimesMs } from './activation.js';
import { tissueState, ventricularTransfer } from './beat.js';
import { genericTorso } from './torso.js';
import { distance } from './vector3.js';
import { ahaSegment, buildVentricles, GENERIC_POSE, SEGMENT_COUNT } from './ventricles.js';

const heart = buildVentricles(GENERIC_POSE);
const noScar = heart.nodes.map(() => false);

describe('ventricles', () => {
  it('has tissue in each of the 21 regions and every neighbour mutual', () => {
    for (let segment = 1; segment <= SEGMENT_COUNT; segment += 1) {
      expect(heart.nodes.filter((node) => node.segment === segment).length).toBeGreaterThan(8);
    }
    for (const [node, around] of heart.neighbours.entries()) {
      for (const other of around) expect(heart.neighbours[other]).toContain(node);
    }
  });

  it('has edges of positive conductance between tissue a few millimetres apart', () => {
    for (const { from, to, areaOverLengthMm } of heart.edges) {
      expect(areaOverLengthMm).toBeGreaterThan(0);
      const [a, b] = [heart.nodes[from], heart.nodes[to]];
      if (a === undefined || b === undefined) throw new Error('edge to nowhere');
      expect(distance(a.frankMm, b.frankMm)).toBeLessThan(16);
    }
  });

  // Borders of the AHA sectors: 60° about anterior, septal side second; apical quarters.
  it.each([
    [0.8, 0, 1],
    [0.8, 29.9, 1],
    [0.8, 30, 2],
    [0.8, 90, 3],
    [0.8, 180, 4],
    [0.8, 240, 5],
    [0.8, 300, 6],
    [0.8, 330, 1],
    [0.7, 0, 7],
    [0.71, 0, 1],
    [0.4, 180, 10],
    [0.39, 0, 13],
    [0.3, 90, 14],
    [0.3, 180, 15],
    [0.3, 270, 16],
    [0.3, 315, 13],
    [0.09, 123, 17],
  ])('apicobasal %d, rotation %d° is segment %d', (apicobasal, rotation, segment) => {
    expect(ahaSegment(apicobasal, rotation)).toBe(segment);
  });

  it('lies as published: lateral wall left and behind, inferior wall below, apex left, below, in front', () => {
    const mean = (segments: readonly number[]): number[] => {
      const nodes = heart.nodes.filter((node) => segments.includes(node.segment));
      return [0, 1, 2].map(
        (axis) => nodes.reduce((sum, node) => sum + (node.frankMm[axis] ?? 0), 0) / nodes.length,
      );
    };
    const [lateral, septum] = [mean([11, 12]), mean([8, 9])];
    expect((lateral[0] ?? 0) - (septum[0] ?? 0)).toBeGreaterThan(30);
    expect((lateral[2] ?? 0) - (septum[2] ?? 0)).toBeGreaterThan(20);
    expect((mean([10])[1] ?? 0) - (mean([7])[1] ?? 0)).toBeGreaterThan(40);
    const [apex, base] = [mean([17]), mean([1, 2, 3, 4, 5, 6])];
    expect(apex.map((value, axis) => Math.sign(value - (base[axis] ?? 0)))).toEqual([1, 1, -1]);
  });
});

describe('activation', () => {
  const latest = (times: Float64Array): number => Math.max(...times);

  it('takes 70 to 100 ms, 120 to 170 with either bundle blocked', () => {
    const normal = activationTimesMs(heart, noScar, 'normal', 1);
    expect(latest(normal)).toBeGreaterThan(65);
    expect(latest(normal)).toBeLessThan(100);
    for (const block of ['lbbb', 'rbbb'] as const) {
      const blocked = activationTimesMs(heart, noScar, block, 1);
      expect(latest(blocked)).toBeGreaterThan(110);
      expect(latest(blocked)).toBeLessThan(170);
    }
  });

  it('scales with conduction velocity', () => {
    const times = activationTimesMs(heart, noScar, 'lbbb', 1);
    const slow = activationTimesMs(heart, noScar, 'lbbb', 0.5);
    for (const [node, time] of times.entries()) {
      // Delays of the seeds do not scale.
      expect(Math.abs((slow[node] ?? 0) - 2 * time)).toBeLessThan(20);
    }
  });

  it('goes around a scar and never into it', () => {
    const scar = heart.nodes.map((node) => [4, 10, 15].includes(node.segment));
    const times = activationTimesMs(heart, scar, 'normal', 1);
    const normal = activationTimesMs(heart, noScar, 'normal', 1);
    for (const [node, time] of times.entries()) {
      expect(Number.isFinite(time)).toBe(scar[node] !== true);
      if (Number.isFinite(time)) expect(time).toBeGreaterThanOrEqual((normal[node] ?? 0) - 1e-9);
    }
  });
});

describe('transfer', () => {
  it('sees nothing of tissue at one common potential, with and without a scar', () => {
    const lesion = { kind: 'scar' as const, segments: [7, 13] };
    const options = { lesion, conduction: 'normal' as const, speed: 1, duration: 1, rrMs: 1000 };
    const scarred = tissueState(heart, options);
    for (const isScar of [noScar, scarred.isScar]) {
      for (const electrode of ventricularTransfer(heart, isScar, genericTorso())) {
        const sum = electrode.reduce((total, value) => total + value, 0);
        const size = electrode.reduce((total, value) => total + Math.abs(value), 0);
        expect(Math.abs(sum) / size).toBeLessThan(1e-12);
      }
    }
    const [anyElectrode] = ventricularTransfer(heart, scarred.isScar, genericTorso());
    for (const [node, isScar] of scarred.isScar.entries()) {
      if (isScar) expect(anyElectrode?.[node]).toBe(0);
    }
  });
});
