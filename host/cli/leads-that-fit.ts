/** Twelve leads or the eight independent ones, where the command line does not say. */
import type { CompiledNetwork, Leads } from '../../codegen/compile.js';
import { IsochroneError } from '../../codegen/errors.js';
import { compileModel, type NetworkOptions } from './network.js';

type Compile = (modelFile: string, options: NetworkOptions) => CompiledNetwork;

/** Of the command line's `--leads`, which may be left out. */
export function leadsOptions({ leads }: { readonly leads?: Leads }): { readonly leads?: Leads } {
  return leads === undefined ? {} : { leads };
}

/**
 * The options with leads. The two networks give the same answer; of twelve leads the explanation names each, of eight the memory is less. So
 * twelve, unless their arena is larger than the limit and that of eight is not.
 * @param limitBytes of the arena; undefined: any
 */
export function withFittingLeads(
  modelFile: string,
  options: NetworkOptions,
  limitBytes: number | undefined,
  compile: Compile = compileModel,
): NetworkOptions & { readonly leads: Leads } {
  const fits = (leads: Leads): boolean =>
    limitBytes === undefined || compile(modelFile, { ...options, leads }).plan.bytes <= limitBytes;
  return { ...options, leads: options.leads ?? (fits(12) || !canFit(fits) ? 12 : 8) };
}

/** A network that does not read twelve leads has no eight; that twelve are too many is told where they are built. */
function canFit(fits: (leads: Leads) => boolean): boolean {
  try {
    return fits(8);
  } catch (error) {
    if (error instanceof IsochroneError && error.code.startsWith('LEADS_')) return false;
    throw error;
  }
}
