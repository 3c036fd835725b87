/** `isochrone build MODEL`: generated C and what it will cost. */
import { resolve } from 'node:path';
import type { Explain } from '../../codegen/compile.js';
import { bytesOf, integerTensor } from '../../codegen/integer/program.js';
import { kernelOf } from '../../codegen/integer/registry.js';
import { generateNetwork, type GeneratedNetwork } from './network.js';

export interface BuildReport {
  readonly model: string;
  readonly folder: string;
  readonly arenaBytes: number;
  readonly constantBytes: number;
  readonly layers: readonly {
    readonly name: string;
    readonly kind: string;
    readonly multiplyAccumulates: number;
    readonly outputBytes: number;
    readonly pass: 'forward' | 'explanation';
  }[];
}

export function runBuild(
  model: string,
  options: { readonly out: string; readonly json: boolean; readonly explain: Explain },
): void {
  const report = buildReport(generateNetwork(model, resolve(options.out), options.explain));
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : asText(report));
}

export function buildReport(network: GeneratedNetwork): BuildReport {
  const { program, plan, emitted } = network.compiled;
  return {
    model: network.modelFile,
    folder: network.folder,
    arenaBytes: plan.bytes,
    constantBytes: emitted.constantBytes,
    layers: program.operations.map((operation, index) => ({
      name: operation.name,
      kind: operation.kind,
      multiplyAccumulates: kernelOf(operation).multiplyAccumulates?.(operation) ?? 0,
      outputBytes: bytesOf(integerTensor(program, operation.output)),
      pass: index < program.forwardOperations ? 'forward' : 'explanation',
    })),
  };
}

function asText(report: BuildReport): string {
  const rows = report.layers.map(
    (layer, index) =>
      `${String(index).padStart(3)}  ${layer.kind.padEnd(20)} ${String(layer.multiplyAccumulates).padStart(10)} MAC ${String(layer.outputBytes).padStart(8)} B  ${layer.name}`,
  );
  return [
    `${report.model} → ${report.folder}`,
    ...rows,
    `arena ${report.arenaBytes} B, constants ${report.constantBytes} B`,
    '',
  ].join('\n');
}
