/** The methods that a network was built with, for the reports of `build` and `analyze`. */
import { methodBytes, methodsText, type ChosenMethod } from '../../codegen/explain/methods.js';
import type { IntegerProgram } from '../../codegen/integer/program.js';

export interface MethodReport extends ChosenMethod {
  /** What it takes beside the arena while it runs, without a baseline. */
  readonly ramBytes: number;
}

export function methodReports(
  methods: readonly ChosenMethod[],
  program: IntegerProgram,
): readonly MethodReport[] {
  return methods.map((chosen) => ({ ...chosen, ramBytes: methodBytes(chosen, program) }));
}

export function methodsLine(methods: readonly MethodReport[]): string {
  const each = methods.map((chosen) => `${methodsText([chosen])} ${chosen.ramBytes} B`);
  return `methods, RAM of each beside the arena: ${each.length === 0 ? 'none' : each.join(', ')}`;
}
