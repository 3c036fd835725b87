/** Three ways to compute one network on this machine, each timed run by run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { emitFor, type CompiledNetwork } from '../../codegen/compile.js';
import type { BackendName } from '../../codegen/emit/backends.js';
import { IsochroneError } from '../../codegen/errors.js';
import { elementsOf, integerTensor, type SignalArray } from '../../codegen/integer/program.js';
import { packageRoot } from '../../codegen/package-root.js';
import { compile, link } from '../../host/toolchain/compile.js';
import { writeNetwork } from '../../host/toolchain/write-network.js';
import { openWitness } from '../models/tflite-witness.js';

export interface Runner {
  readonly name: string;
  /** @returns milliseconds of each of `runs` answers, one after the other */
  time(runs: number): Promise<readonly number[]>;
  /** Codes or values of the last answer. */
  answer(): ArrayLike<number>;
  close(): Promise<void>;
}

/** The emitted C, compiled as the product compiles it, in a process of its own. */
export async function emittedRunner(
  network: CompiledNetwork,
  backend: BackendName,
  input: SignalArray,
  folder: string,
): Promise<Runner> {
  const code = emitFor(network, { backend, optimize: 'speed' });
  const outDir = join(folder, backend);
  const networkDir = join(outDir, 'network');
  writeNetwork(code, networkDir);
  const { objects } = await compile({
    prefix: '',
    targetFlags: [],
    sources: [join(networkDir, 'network.c'), join(packageRoot(), 'bench/host/timing.c')],
    includeFolders: [networkDir],
    outDir,
  });
  const program = join(outDir, 'timing');
  await link({
    prefix: '',
    targetFlags: [],
    objects,
    output: program,
    linkFlags: [],
    libraries: ['-lm'],
  });
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const classes = elementsOf(integerTensor(network.program, network.program.logits));
  let logits: ArrayLike<number> = [];
  let received = Buffer.alloc(0);
  let closed = false;
  let wake = (): void => undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    wake();
  });
  child.on('close', () => {
    closed = true;
    wake();
  });
  child.stdin.write(new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
  return {
    name: `C ${backend}`,
    async time(runs) {
      const bytes = 4 * runs + 2 * classes;
      child.stdin.write(Uint8Array.of(runs));
      while (received.length < bytes) {
        if (closed) throw stopped(program);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const whole = received;
      received = received.subarray(bytes);
      logits = Array.from({ length: classes }, (_, i) => whole.readInt16LE(4 * runs + 2 * i));
      return Array.from({ length: runs }, (_, i) => whole.readUInt32LE(4 * i) / 1e6);
    },
    answer: () => logits,
    async close() {
      child.stdin.end();
      if (!closed) await once(child, 'close');
    },
  };
}

function stopped(program: string): IsochroneError {
  return new IsochroneError('VECTORS_FAILED', `${program} stopped before it answered`, {
    hint: 'Run it in a debugger: the network and its input are in its folder.',
    where: { program },
  });
}

/** int8, one thread, WebAssembly with 128-bit vectors. */
export async function tfliteRunner(model: Uint8Array, input: Int8Array): Promise<Runner> {
  const witness = await openWitness(model);
  let answer: ArrayLike<number> = [];
  return {
    name: 'tfjs-tflite int8',
    time: (runs) =>
      Promise.resolve(
        Array.from({ length: runs }, () => {
          const start = performance.now();
          answer = witness.run(input);
          return performance.now() - start;
        }),
      ),
    answer: () => answer,
    close: () => {
      witness.close();
      return Promise.resolve();
    },
  };
}

/** Float, one thread. */
export async function onnxRunner(
  model: Uint8Array,
  input: Float32Array,
  shape: readonly number[],
): Promise<Runner> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  const feeds = { [session.inputNames[0] ?? '']: new Tensor('float32', input, [...shape]) };
  let answer: ArrayLike<number> = [];
  return {
    name: 'onnxruntime float',
    async time(runs) {
      const times: number[] = [];
      for (let i = 0; i < runs; i += 1) {
        const start = performance.now();
        const results = await session.run(feeds);
        times.push(performance.now() - start);
        answer = results[session.outputNames[0] ?? '']?.data as Float32Array;
      }
      return times;
    },
    answer: () => answer,
    close: () => session.release(),
  };
}
