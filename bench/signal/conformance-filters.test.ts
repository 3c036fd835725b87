import { describe, expect, it } from 'vitest';
import { measureConformanceFilters } from './conformance-filters.js';

describe('the conditioner on conformance signals', () => {
  it('stays within every limit', () => {
    const rows = measureConformanceFilters();
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.filter(({ pass }) => !pass)).toEqual([]);
  });
});
