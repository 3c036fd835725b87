/** The methods of explaining that can be built in, and what each asks of the network and of memory. */
import { IsochroneError } from '../errors.js';
import { bytesOf, elementsOf, integerTensor, type IntegerProgram } from '../integer/program.js';

/** In the order of ISO_NET_METHOD_… in network.h. */
export const METHODS = [
  'gradient',
  'gradient-x-input',
  'integrated-gradients',
  'smoothgrad',
  'grad-cam',
  'occlusion',
  'relevance',
] as const;
export type Method = (typeof METHODS)[number];

/** A method and, where it has them, its steps or draws. */
export interface ChosenMethod {
  readonly method: Method;
  readonly count?: number;
}

export const DEFAULT_METHODS: readonly ChosenMethod[] = [{ method: 'gradient-x-input' }];

/** Of SmoothGrad: muscle and electrode noise of a resting ECG is of this size; any seed but 0 does. */
export const SMOOTHGRAD = { noiseMillivolt: 0.05, seed: 1 } as const;

/** ISO_ATTRIBUTION_MAX_STEPS: the device's sums stay in 24 bits. */
export const MOST_STEPS = 256;
const DEFAULT_COUNT = 16;
const COUNTED: readonly Method[] = ['integrated-gradients', 'smoothgrad'];

/**
 * `METHOD[:COUNT][,METHOD…]`, or `none`: COUNT are the steps of integrated gradients, the draws of SmoothGrad.
 * @throws IsochroneError EXPLAIN_METHOD, EXPLAIN_STEPS
 */
export function parseMethods(text: string): readonly ChosenMethod[] {
  if (text === 'none') return [];
  const chosen = text.split(',').map((item) => parseMethod(item.trim()));
  const twice = chosen.find(({ method }, i) => chosen.some((c, j) => j < i && c.method === method));
  if (twice !== undefined) throw unknownMethod(`"${twice.method}" is named twice`);
  const others = chosen.filter(({ method }) => method !== 'relevance' && method !== 'occlusion');
  if (needsRelevance(chosen) && others.length > 0) {
    throw unknownMethod(
      '"relevance" is a backward pass of its own, which only occlusion goes with',
    );
  }
  return chosen;
}

function parseMethod(item: string): ChosenMethod {
  const [name = '', countText, ...more] = item.split(':');
  const method = METHODS.find((known) => known === name);
  if (method === undefined || more.length > 0) throw unknownMethod(`"${item}" is no method`);
  const counted = COUNTED.includes(method);
  if (countText === undefined) return counted ? { method, count: DEFAULT_COUNT } : { method };
  if (!counted) throw unknownMethod(`"${method}" has no steps`);
  const count = Number(countText);
  if (!Number.isInteger(count) || count < 1 || count > MOST_STEPS) {
    throw new IsochroneError('EXPLAIN_STEPS', `"${countText}" steps of ${method}`, {
      hint: `Ask for 1 to ${MOST_STEPS}.`,
      where: { method },
    });
  }
  return { method, count };
}

function unknownMethod(what: string): IsochroneError {
  return new IsochroneError('EXPLAIN_METHOD', `--explain: ${what}`, {
    hint: `Name some of ${METHODS.join(', ')}, separated by commas, or none; integrated-gradients:32 and smoothgrad:8 say how many steps.`,
  });
}

/** The same as text: what a folder or a report calls them. */
export function methodsText(methods: readonly ChosenMethod[]): string {
  if (methods.length === 0) return 'none';
  return methods
    .map(({ method, count }) => (count === undefined ? method : `${method}:${count}`))
    .join(',');
}

/** Occlusion asks for the answer alone; every other method needs the backward pass. */
export function needsGradient(methods: readonly ChosenMethod[]): boolean {
  return methods.some(({ method }) => method !== 'occlusion');
}

export function needsGradCam(methods: readonly ChosenMethod[]): boolean {
  return methods.some(({ method }) => method === 'grad-cam');
}

export function needsRelevance(methods: readonly ChosenMethod[]): boolean {
  return methods.some(({ method }) => method === 'relevance');
}

/**
 * Bytes that a method takes beside the arena while it runs (iso_attribution.h), its state of some 60 bytes left out: a copy of
 * the explained input, and the sums of a mean gradient. A baseline that is not 0 V is one more copy.
 */
export function methodBytes({ method }: ChosenMethod, program: IntegerProgram): number {
  const input = integerTensor(program, program.input);
  switch (method) {
    case 'gradient':
    case 'gradient-x-input':
    case 'grad-cam':
    case 'relevance':
      return 0;
    case 'occlusion':
      return bytesOf(input);
    case 'integrated-gradients':
    case 'smoothgrad':
      return bytesOf(input) + 3 * elementsOf(input);
  }
}
