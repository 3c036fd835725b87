import { describe, expect, it } from 'vitest';
import { activationTimesMs, type BeatOrigin, type Conduction } from './activation.js';
import { ahaSegment, SEGMENT_COUNT } from './lattice.js';
import { leadFieldAtTissue, ventricularTransfer } from './potentials.js';
import { tissueState } from './tissue.js';
import { GENERIC_BODY, leadFieldOf } from './torsos.js';
import { distance } from './vector3.js';
import { buildVentricles, GENERIC_POSE, positionMm } from './ventricles.js';

const heart = buildVentricles(GENERIC_POSE);
const { nodes, edges, neighbours, neighbourStart } = heart.lattice;
const noScar = nodes.map(() => false);
const along = (conduction: Conduction): BeatOrigin => ({ conduction });
const around = (node: number): readonly number[] => [
  ...neighbours.subarray(neighbourStart[node], neighbourStart[node + 1]),
];

describe('ventricles', () => {
  it('has tissue in each of the 21 regions and every neighbour mutual', () => {
    for (let segment = 1; segment <= SEGMENT_COUNT; segment += 1) {
      expect(nodes.filter((node) => node.segment === segment).length).toBeGreaterThan(8);
    }
    const oneWay = [...nodes.keys()].flatMap((node) =>
      around(node).filter((other) => !around(other).includes(node)),
    );
    expect(oneWay).toEqual([]);
  });

  it('has edges of positive conductance between tissue a few millimetres apart', () => {
    for (const [index, { from, to }] of edges.entries()) {
      expect(heart.areaOverLengthMm[index]).toBeGreaterThan(0);
      expect(distance(positionMm(heart, from), positionMm(heart, to))).toBeLessThan(16);
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
      const own = nodes.flatMap((node, index) => (segments.includes(node.segment) ? [index] : []));
      return [0, 1, 2].map(
        (axis) =>
          own.reduce((sum, node) => sum + (positionMm(heart, node)[axis] ?? 0), 0) / own.length,
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
    const normal = activationTimesMs(heart, noScar, along('normal'), 1);
    expect(latest(normal)).toBeGreaterThan(65);
    expect(latest(normal)).toBeLessThan(100);
    for (const block of ['lbbb', 'rbbb'] as const) {
      const blocked = activationTimesMs(heart, noScar, along(block), 1);
      expect(latest(blocked)).toBeGreaterThan(110);
      expect(latest(blocked)).toBeLessThan(170);
    }
  });

  it('takes 120 to 180 ms from a single site, none of it earlier than its neighbours allow', () => {
    for (let node = 0; node < nodes.length; node += 211) {
      const times = activationTimesMs(heart, noScar, { ectopicNode: node }, 1);
      expect(times[node]).toBe(0);
      expect(latest(times)).toBeGreaterThan(110);
      expect(latest(times)).toBeLessThan(190);
    }
  });

  it('leaves the front of the left ventricle for last when its fascicle is blocked, within 120 ms', () => {
    const last = (conduction: Conduction): number => {
      const times = activationTimesMs(heart, noScar, along(conduction), 1);
      return nodes[times.indexOf(latest(times))]?.segment ?? 0;
    };
    expect(latest(activationTimesMs(heart, noScar, along('lafb'), 1))).toBeLessThan(120);
    expect([1, 6]).toContain(last('lafb'));
    expect([1, 6]).not.toContain(last('normal'));
  });

  it('scales with conduction velocity', () => {
    const times = activationTimesMs(heart, noScar, along('lbbb'), 1);
    const slow = activationTimesMs(heart, noScar, along('lbbb'), 0.5);
    for (const [node, time] of times.entries()) {
      // Delays of the seeds do not scale.
      expect(Math.abs((slow[node] ?? 0) - 2 * time)).toBeLessThan(20);
    }
  });

  it('goes around a scar and never into it', () => {
    const scar = nodes.map((node) => [4, 10, 15].includes(node.segment));
    const times = activationTimesMs(heart, scar, along('normal'), 1);
    const normal = activationTimesMs(heart, noScar, along('normal'), 1);
    for (const [node, time] of times.entries()) {
      expect(Number.isFinite(time)).toBe(scar[node] !== true);
      if (Number.isFinite(time)) expect(time).toBeGreaterThanOrEqual((normal[node] ?? 0) - 1e-9);
    }
  });
});

describe('transfer', () => {
  it('sees nothing of tissue at one common potential, with and without a scar', () => {
    const lesion = { kind: 'scar' as const, segments: [7, 13] };
    const options = {
      lesion,
      origin: along('normal'),
      speed: 1,
      duration: 1,
      rrMs: 1000,
      strain: 0,
    };
    const scarred = tissueState(heart, options);
    const field = leadFieldOf(GENERIC_BODY);
    const seen = leadFieldAtTissue(heart, field);
    for (const isScar of [noScar, scarred.isScar]) {
      const transfer = ventricularTransfer(heart, isScar, seen);
      for (let electrode = 0; electrode < field.electrodeCount; electrode += 1) {
        const own = transfer.filter((_, index) => index % field.electrodeCount === electrode);
        const sum = own.reduce((total, value) => total + value, 0);
        const size = own.reduce((total, value) => total + Math.abs(value), 0);
        expect(Math.abs(sum) / size).toBeLessThan(1e-12);
      }
    }
    const transfer = ventricularTransfer(heart, scarred.isScar, seen);
    for (const [node, isScar] of scarred.isScar.entries()) {
      if (isScar) expect(transfer[node * field.electrodeCount]).toBe(0);
    }
  });
});
