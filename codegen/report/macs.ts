import type { IntegerOperation } from '../integer/program.js';

/** Multiply-accumulates of one operation, padding counted as if it were data (the usual count). */
export function macsOf(operation: IntegerOperation): number {
  if (operation.kind !== 'conv' && operation.kind !== 'convGradient') return 0;
  const g = operation.geometry;
  return (
    g.outputHeight *
    g.outputWidth *
    g.outputChannels *
    g.kernelHeight *
    g.kernelWidth *
    (g.inputChannels / g.groups)
  );
}
