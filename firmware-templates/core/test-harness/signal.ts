/** Compiles `signal.c` with the signal chain for this machine and talks to it in the rows described there. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../codegen/package-root.js';

const ROOT = packageRoot();
const CORE = join(ROOT, 'firmware-templates', 'core');
const SOURCES = ['leads', 'decimate', 'decimate_taps', 'baseline', 'chain', 'window', 'qrs'];
const FLAGS =
  '-std=c99 -O2 -Wall -Wextra -Werror -Wconversion -Wshadow -Wdouble-promotion -fsanitize=undefined -fno-sanitize-recover=all';
const IN_WORDS = 10;
const OUT_WORDS = 14;
const LEADS = 8;

/** One microvolt value for each of I II V1 … V6. */
export type EightLeads = readonly number[];

export interface ChainSample {
  readonly sampleIndex: number;
  readonly microvolt: EightLeads;
}

export interface Beat {
  readonly sampleIndex: number;
  readonly rrMs: number;
  readonly noisePercent: number;
}

export interface WindowState {
  readonly full: boolean;
  readonly firstIndex: number;
  readonly input: readonly (readonly number[])[];
  readonly samples: readonly EightLeads[];
  readonly leads: readonly EightLeads[];
}

export interface SignalOutput {
  readonly chain: readonly ChainSample[];
  readonly beats: readonly Beat[];
  readonly windows: readonly WindowState[];
  readonly twelve: readonly (readonly number[])[];
}

/** What goes in, in order. */
export class SignalScript {
  #words = new Int32Array(1024 * IN_WORDS);
  #length = 0;

  sample(sampleIndex: number, microvolt: EightLeads): this {
    return this.#row(0, sampleIndex, microvolt);
  }
  gap(missing: number): this {
    return this.#row(1, missing);
  }
  /** @param network the leads that it reads, 12 or 8, and the bits of a code, 8 or 16 */
  window(multiplier = 1, shift = 1, network = { leads: 12, bits: 8 }): this {
    return this.#row(2, multiplier, [shift, network.leads, network.bits]);
  }
  chainSample(sampleIndex: number, microvolt: EightLeads): this {
    return this.#row(3, sampleIndex, microvolt);
  }
  twelve(microvolt: EightLeads): this {
    return this.#row(4, 0, microvolt);
  }
  /** A whole record from `firstIndex` on, then its last value for `holdSamples`, which brings out what the chain still holds. */
  record(samples: readonly EightLeads[], firstIndex = 0, holdSamples = 0): this {
    samples.forEach((sample, i) => this.sample(firstIndex + i, sample));
    const last = samples[samples.length - 1] ?? [];
    for (let i = 0; i < holdSamples; i++) this.sample(firstIndex + samples.length + i, last);
    return this;
  }
  bytes(): Buffer {
    return Buffer.from(this.#words.buffer, 0, this.#length * Int32Array.BYTES_PER_ELEMENT);
  }
  #row(tag: number, first: number, rest: readonly number[] = []): this {
    if (this.#length + IN_WORDS > this.#words.length) {
      const grown = new Int32Array(2 * this.#words.length);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.#length] = tag;
    this.#words[this.#length + 1] = first;
    this.#words.set(rest, this.#length + 2);
    this.#length += IN_WORDS;
    return this;
  }
}

/** `folder` keeps the binaries of parallel test files apart. */
export function buildSignalHarness(folder: string): (script: SignalScript) => SignalOutput {
  const out = join(ROOT, 'build', 'test', folder);
  mkdirSync(out, { recursive: true });
  const binary = join(out, 'signal');
  const sources = SOURCES.map((name) => join(CORE, `iso_${name}.c`));
  execFileSync('gcc', [
    ...FLAGS.split(' '),
    '-o',
    binary,
    join(CORE, 'test-harness', 'signal.c'),
    ...sources,
  ]);
  return (script) =>
    parse(execFileSync(binary, { input: script.bytes(), maxBuffer: 256 * 1024 * 1024 }));
}

function parse(bytes: Buffer): SignalOutput {
  // A copy, because a Buffer need not begin on a word.
  const words = new Int32Array(Uint8Array.from(bytes).buffer);
  const chain: ChainSample[] = [];
  const beats: Beat[] = [];
  const twelve: number[][] = [];
  const windows: {
    full: boolean;
    firstIndex: number;
    input: number[][];
    samples: number[][];
    leads: number[][];
  }[] = [];
  for (let at = 0; at < words.length; at += OUT_WORDS) {
    const [tag = -1, first = 0, second = 0, third = 0] = words.subarray(at, at + 4);
    const eight = Array.from(words.subarray(at + 2, at + 2 + LEADS));
    const all = Array.from(words.subarray(at + 2, at + OUT_WORDS));
    const window = windows[windows.length - 1];
    if (tag === 0) chain.push({ sampleIndex: first >>> 0, microvolt: eight });
    else if (tag === 1) beats.push({ sampleIndex: first >>> 0, rrMs: second, noisePercent: third });
    else if (tag === 2)
      windows.push({
        full: first === 1,
        firstIndex: second >>> 0,
        input: [],
        samples: [],
        leads: [],
      });
    else if (tag === 3) window?.input.push(all);
    else if (tag === 4) window?.samples.push(eight);
    else if (tag === 5) window?.leads.push(eight);
    else if (tag === 6) twelve.push(all);
    else throw new Error(`the harness printed a row of unknown kind ${tag}`);
  }
  return { chain, beats, windows, twelve };
}

/** The same value on all leads. */
export function all(microvolt: number): EightLeads {
  return Array.from({ length: LEADS }, () => microvolt);
}
