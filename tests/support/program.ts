/** A program of this project as it is built, in a process of its own. */
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { packageRoot } from '../../codegen/package-root.js';

export interface Program {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Both streams, as they came. */
  output(): string;
  /** Standard output alone. */
  standardOutput(): string;
  /** Resolves with the exit code when the program has ended. */
  readonly ended: Promise<number | null>;
  /** Resolves with the match when the output holds the text; rejects when the program ends without it. */
  seen(text: string | RegExp): Promise<RegExpExecArray>;
}

const BUILD = "const { buildIfStale } = await import('./scripts/setup.mjs'); buildIfStale();";

/** Once before programs are started. */
export function buildProgram(): void {
  execFileSync(process.execPath, ['--input-type=module', '-e', BUILD], { cwd: packageRoot() });
}

export function isochrone(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  return startProgram(['dist/host/cli/main.js', ...args], environment);
}

/** @param args a script, from the project's folder, and its arguments */
export function startProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(process.execPath, [...args], {
    cwd: packageRoot(),
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  let standard = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (stream === child.stdout) standard += chunk.toString();
      for (const watch of watchers) watch();
    });
  }
  // A program that has ended takes nothing more.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    output: () => text,
    standardOutput: () => standard,
    ended,
    seen: (wanted) =>
      new Promise((resolve, reject) => {
        const pattern =
          typeof wanted === 'string'
            ? new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'), 'u')
            : wanted;
        const watch = (): void => {
          const match = pattern.exec(text);
          if (match === null) return;
          watchers.delete(watch);
          resolve(match);
        };
        watchers.add(watch);
        watch();
        void ended.then(() => reject(new Error(`ended without ${String(wanted)}:\n${text}`)));
      }),
  };
}
