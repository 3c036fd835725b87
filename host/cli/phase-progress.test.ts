import { expect, it } from 'vitest';
import type { PhaseStep } from '../flash/phase-step.js';
import { phaseProgress } from './phase-progress.js';

const STEPS: readonly PhaseStep[] = [
  { phase: 'erase', done: 0, total: 1 },
  { phase: 'erase', done: 1, total: 1 },
  { phase: 'write', done: 1024, total: 4096 },
  { phase: 'write', done: 3072, total: 4096 },
  { phase: 'write', done: 1, total: 1 },
];

function written(isTTY: boolean): string {
  let text = '';
  let ms = 0;
  const shown = phaseProgress(
    { isTTY, write: (part: string | Uint8Array) => (text += String(part)) !== '' },
    () => ms,
  );
  for (const step of STEPS) {
    shown.step(step);
    ms += 500;
  }
  shown.end();
  return text;
}

it('writes a line for each phase, with what it did and how fast', () => {
  expect(written(false)).toBe('erase: done\nwrite: 100 %, 4096 of 4096 bytes, 2.0 KB/s\n');
});

it('rewrites one line on a terminal', () => {
  expect(written(true)).toContain('\rwrite: 75 %, 3072 of 4096 bytes, 4.0 KB/s\x1b[K');
  expect(written(true).match(/\n/g)).toHaveLength(2);
});
