import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompiledNetwork } from '../../../codegen/compile.js';
import type { SignalArray } from '../../../codegen/integer/program.js';
import { IntegerInterpreter } from '../../../codegen/interpret/integer.js';
import { packageRoot } from '../../../codegen/package-root.js';

/** A compiler and what runs its programs. */
export interface Machine {
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly run: readonly string[];
}

// Undefined behaviour must not hide behind equal bytes.
const HERE: Machine = {
  compiler: 'gcc',
  flags: ['-fsanitize=undefined', '-fno-sanitize-recover=all'],
  run: [],
};

/** Compiles the emitted C, by the host's gcc unless said otherwise, warnings as errors, and runs it on the inputs. */
export function runHostC(
  name: string,
  network: CompiledNetwork,
  inputs: readonly SignalArray[],
  machine = HERE,
): Uint8Array {
  const folder = join(packageRoot(), 'build/test/host-c', name.replace(/[^a-z0-9]+/gi, '-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'network.c'), network.emitted.source);
  writeFileSync(join(folder, 'network.h'), network.emitted.header);
  const program = join(folder, 'every-layer');
  execFileSync(machine.compiler, [
    ...['-std=c99', '-O2', '-Wall', '-Wextra', '-Werror', '-Wconversion', '-Wshadow'],
    ...[...machine.flags, '-I', folder, '-o', program],
    join(packageRoot(), 'tests/conformance/compiler/every_layer.c'),
    '-lm',
  ]);
  const [command = program, ...rest] = [...machine.run, program];
  return execFileSync(command, rest, {
    input: Buffer.concat(inputs.map((x) => new Uint8Array(x.buffer))),
    maxBuffer: 1 << 28,
  });
}

/** What the interpreter says that the same program must write. */
export function expectedBytes(
  network: CompiledNetwork,
  inputs: readonly SignalArray[],
): Uint8Array {
  const { program } = network;
  const interpreter = new IntegerInterpreter(program);
  const parts: Uint8Array[] = [];
  const classes = program.explanation?.seedValues.length ?? 0;
  for (const input of inputs) {
    const logits = interpreter.forward(input);
    for (const operation of program.operations.slice(0, program.forwardOperations)) {
      parts.push(interpreter.outputBytes(operation));
    }
    parts.push(new Uint8Array(logits.buffer));
    for (let classIndex = 0; classIndex < classes; classIndex += 1) {
      const { saturations } = interpreter.explain(classIndex);
      for (const operation of program.operations.slice(program.forwardOperations)) {
        parts.push(interpreter.outputBytes(operation));
      }
      parts.push(new Uint8Array(Uint32Array.of(saturations).buffer));
    }
  }
  return Buffer.concat(parts);
}
