/** One command of a flash tool: its progress as it runs, its failure as an error that says what to do. */
import { spawn } from 'node:child_process';
import { IsochroneError } from '../../codegen/errors.js';
import type { PhaseStep } from './phase-step.js';
import type { FlashCommand, FlashJob, FlashTool } from './tools/flash-tool.js';

/** The longest silence of a tool at work: a mass erase of a large part takes half a minute. */
const SILENCE_MS = 120_000;
const TAIL_BYTES = 4096;

/** @throws IsochroneError FLASH_TOOL_MISSING, FLASH_NO_BOARD, FLASH_FAILED */
export function runFlashTool(
  tool: FlashTool,
  command: FlashCommand,
  job: FlashJob,
  board: string,
  onStep?: (step: PhaseStep) => void,
): Promise<void> {
  const program = command.program ?? tool.program;
  return new Promise((resolve, reject) => {
    const child = spawn(program, command.args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let tail = '';
    let silent = false;
    const stop = (): void => {
      silent = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(stop, SILENCE_MS);
    const read = (chunk: Buffer): void => {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS);
      const text = chunk.toString('utf8');
      tail = (tail + text).slice(-TAIL_BYTES);
      // Progress rewrites its line: a carriage return ends one as well.
      for (const line of text.split(/[\r\n]+/)) {
        const step = tool.progress(line.trim(), job);
        if (step !== undefined) onStep?.(step);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(cause.code === 'ENOENT' ? missing(tool, program) : cause);
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      if (status === 0 && !silent) resolve();
      else reject(failure(tool, command, { tail, status, silent }, board));
    });
  });
}

function missing(tool: FlashTool, program: string): IsochroneError {
  return new IsochroneError('FLASH_TOOL_MISSING', `the flash tool ${program} is not installed`, {
    hint: `Run: apt-get install ${tool.packageName}`,
    where: { program },
  });
}

function failure(
  tool: FlashTool,
  { phase, program = tool.program }: FlashCommand,
  end: { readonly tail: string; readonly status: number | null; readonly silent: boolean },
  board: string,
): IsochroneError {
  const lines = end.tail.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const said = lines.slice(-3).join(' / ');
  const where = { program, phase, board };
  if (tool.nothingThere.test(end.tail)) {
    const words = lines.find((line) => tool.nothingThere.test(line))?.trim() ?? said;
    return new IsochroneError('FLASH_NO_BOARD', `${program} finds no board: ${words}`, {
      hint: tool.nothingThereHint,
      where,
    });
  }
  const how = end.silent
    ? `said nothing for ${SILENCE_MS / 1000} s`
    : `ended with status ${String(end.status)}`;
  return new IsochroneError('FLASH_FAILED', `${program} ${how} in phase ${phase}: ${said}`, {
    hint: 'What it said names the cause; check supply, cable and whether the flash is protected, and flash again.',
    where,
  });
}
