/** Compiles the driver of one stage for this machine and talks to it in the rows of `rows.h`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../codegen/package-root.js';

const TEMPLATES = join(packageRoot(), 'firmware-templates');
const FLAGS =
  '-std=c99 -O2 -Wall -Wextra -Werror -Wconversion -Wshadow -Wdouble-promotion -fsanitize=undefined -fno-sanitize-recover=all';
const ROW_WORDS = 10;

export interface Row {
  readonly kind: number;
  readonly first: number;
  /** Eight; fewer are filled up with zeros. */
  readonly values: readonly number[];
}

/** Rows on their way in. */
export class Rows {
  #words = new Int32Array(1024 * ROW_WORDS);
  #length = 0;

  push(kind: number, first: number, values: ArrayLike<number> = []): this {
    if (this.#length + ROW_WORDS > this.#words.length) {
      const grown = new Int32Array(2 * this.#words.length);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.#length] = kind;
    this.#words[this.#length + 1] = first;
    this.#words.set(values, this.#length + 2);
    this.#length += ROW_WORDS;
    return this;
  }
  bytes(): Buffer {
    return Buffer.from(this.#words.buffer, 0, this.#length * Int32Array.BYTES_PER_ELEMENT);
  }
}

export type Driver = (rows: Rows, ...args: readonly string[]) => Row[];

/** @param driver a C file of this folder, without its ending; @param sources of the core, likewise */
export function buildDriver(driver: string, sources: readonly string[]): Driver {
  return buildDriverOf(
    driver,
    [`core/test-harness/${driver}.c`, ...sources.map((name) => `core/${name}.c`)],
    [],
  );
}

/** @param name of the program; @param sources C files below firmware-templates; @param flags for the compiler */
export function buildDriverOf(
  name: string,
  sources: readonly string[],
  flags: readonly string[],
): Driver {
  const folder = join(packageRoot(), 'build', 'test', 'drivers');
  const binary = join(folder, name);
  const fresh = `${binary}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  execFileSync('gcc', [
    ...FLAGS.split(' '),
    ...flags,
    '-o',
    fresh,
    ...sources.map((source) => join(TEMPLATES, source)),
  ]);
  // Test files that build the same driver run side by side; a rename is whole or not at all.
  renameSync(fresh, binary);
  return (rows, ...args) =>
    parse(execFileSync(binary, args, { input: rows.bytes(), maxBuffer: 512 * 1024 * 1024 }));
}

function parse(bytes: Buffer): Row[] {
  // A copy, because a Buffer need not begin on a word.
  const words = new Int32Array(Uint8Array.from(bytes).buffer);
  return Array.from({ length: words.length / ROW_WORDS }, (_, i) => {
    const at = i * ROW_WORDS;
    return {
      kind: words[at] ?? NaN,
      first: (words[at + 1] ?? NaN) >>> 0,
      values: Array.from(words.subarray(at + 2, at + ROW_WORDS)),
    };
  });
}
