import { describe, expect, it } from 'vitest';
import { referenceNetwork } from '../../codegen/testing/reference-networks.js';
import { compileTrial } from '../../codegen/testing/trial.js';
import { loadBoard } from '../toolchain/board.js';
import { requireArena } from './budget.js';

describe('the arena a board allows', () => {
  const compiled = compileTrial({ ...referenceNetwork('ds'), explain: 'none' });
  const network = { compiled, folder: '', modelFile: 'ds.onnx' };
  const { bytes, peak } = compiled.plan;

  it('is enough when it is just the network’s', async () => {
    const board = { ...(await loadBoard('mps2-an386')), modelArenaBytes: bytes };
    expect(() => {
      requireArena(board, network);
    }).not.toThrow();
  });

  it('one byte less is an error that lists what is alive at the peak', async () => {
    const board = { ...(await loadBoard('mps2-an386')), modelArenaBytes: bytes - 1 };
    const listed = peak.alive.map((life) => `${life.tensor} ${life.bytes} B`);
    expect(listed.length).toBeGreaterThan(1);
    expect(() => {
      requireArena(board, network);
    }).toThrowError(
      expect.objectContaining({
        code: 'BUDGET_ARENA',
        message: expect.stringContaining(listed.join(', ')) as string,
      }),
    );
  });
});
