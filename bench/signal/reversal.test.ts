import { describe, expect, it } from 'vitest';
import { NEEDS_SHARED, hasShared, sharedPath } from '../../host/records/shared-data.js';
import { measureReversal } from './reversal.js';

describe('exchanged electrodes', () => {
  it.skipIf(!hasShared('data', 'ptbxl'))(
    `on PTB-XL fold 9, which chose nothing (${NEEDS_SHARED})`,
    async () => {
      const figures = await measureReversal(sharedPath('data', 'ptbxl', 'fold09.d16.gz'));
      const warned = (name: string): number =>
        figures.exchanges.find((exchange) => exchange.name === name)?.sensitivity ?? NaN;
      expect(figures.warned.limb).toBeLessThan(0.02);
      expect(figures.warned.chest).toBeLessThan(0.04);
      for (const name of ['RA/LA', 'RA/LL', 'V1/V2', 'V1/V3', 'V1 to V6']) {
        expect(warned(name)).toBeGreaterThan(0.95);
      }
      for (const name of ['V2/V3', 'V3/V4', 'V4/V5']) expect(warned(name)).toBeGreaterThan(0.8);
    },
  );
});
