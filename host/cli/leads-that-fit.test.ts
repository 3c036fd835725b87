import { describe, expect, it } from 'vitest';
import type { CompiledNetwork } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { withFittingLeads } from './leads-that-fit.js';
import type { NetworkOptions } from './network.js';

const ARENA = { 12: 50_000, 8: 30_000 };
const compile = (_model: string, { leads = 12 }: NetworkOptions): CompiledNetwork =>
  ({ plan: { bytes: ARENA[leads] } }) as CompiledNetwork;
const unfoldable = (model: string, options: NetworkOptions): CompiledNetwork => {
  if (options.leads !== 8) return compile(model, options);
  throw new IsochroneError('LEADS_NOT_TWELVE', 'it reads three', { hint: '' });
};

describe('without --leads', () => {
  it.each([
    ['any memory', undefined, 12],
    ['memory for just twelve', 50_000, 12],
    ['a byte less', 49_999, 8],
    ['memory for just eight', 30_000, 8],
    ['memory for neither: told where it is built', 29_999, 12],
  ])('%s', (_, limit, leads) => {
    expect(withFittingLeads('m', { ramBytes: 5 }, limit, compile)).toEqual({ ramBytes: 5, leads });
  });

  it('a network that cannot be folded stays as it is', () => {
    expect(withFittingLeads('m', {}, 49_999, unfoldable).leads).toBe(12);
  });
});

it('what is said is not asked again', () => {
  const never = (): CompiledNetwork => {
    throw new Error('compiled');
  };
  expect(withFittingLeads('m', { leads: 12 }, 1, never).leads).toBe(12);
});
