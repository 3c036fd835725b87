/** What a program that writes flash is to `isochrone flash`: commands, how it tells its progress, and what it says when there is no board. */
import type { PhaseStep } from '../phase-step.js';

export interface FlashJob {
  /** Raw bytes, as they lie in flash. */
  readonly imagePath: string;
  readonly address: number;
  /** Of a Linux board, where it is a file: the first image in its slot, in place of a program. */
  readonly isSlot: boolean;
  readonly bytes: number;
  /** Where what was read back goes. */
  readonly readbackPath: string;
  /** Serial port, gdb's remote, host of an ssh, or an emulator's flash file; empty where the tool finds its probe itself. */
  readonly port: string;
  /** From the board file, its placeholders filled. */
  readonly boardArguments: readonly string[];
}

export interface FlashCommand {
  readonly phase: 'write' | 'verify' | 'reset';
  readonly args: readonly string[];
  /** Where it is not the tool's own program. */
  readonly program?: string;
}

export interface FlashTool {
  readonly program: string;
  /** Debian's. */
  readonly packageName: string;
  /** Whether --port must say where the board is. */
  readonly needsPort: boolean;
  commands(job: FlashJob): readonly FlashCommand[];
  /** Of a line of its output. */
  progress(line: string, job: FlashJob): PhaseStep | undefined;
  /** Its words for: there is nothing to flash. */
  readonly nothingThere: RegExp;
  readonly nothingThereHint: string;
}

export const hexadecimal = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

/** A percentage as so many of the image's bytes. */
export function percentStep(
  phase: string,
  percent: string | undefined,
  { bytes }: FlashJob,
): PhaseStep | undefined {
  if (percent === undefined) return undefined;
  return { phase, done: Math.round((Number(percent) / 100) * bytes), total: bytes };
}
