/** A debug probe by OpenOCD; the board file names interface and target (`-f …`). */
import { hexadecimal, percentStep, type FlashTool } from './flash-tool.js';

const quoted = (path: string): string => `{${path}}`;

export const openocd: FlashTool = {
  program: 'openocd',
  packageName: 'openocd',
  needsPort: false,
  commands: ({ imagePath, readbackPath, address, bytes, boardArguments }) => {
    const at = hexadecimal(address);
    const run = (commands: string): readonly string[] => [
      ...boardArguments,
      '-c',
      `init; reset halt; ${commands}; shutdown`,
    ];
    return [
      { phase: 'write', args: run(`flash write_image erase ${quoted(imagePath)} ${at} bin`) },
      { phase: 'verify', args: run(`dump_image ${quoted(readbackPath)} ${at} ${bytes}`) },
      { phase: 'reset', args: [...boardArguments, '-c', 'init; reset run; shutdown'] },
    ];
  },
  progress: (line, job) => {
    if (/^(auto )?erase/.test(line)) return { phase: 'erase', done: 1, total: 1 };
    return /^wrote \d+ bytes/.test(line) ? percentStep('write', '100', job) : undefined;
  },
  nothingThere:
    /open failed|no device found|unable to open|No J-Link device|unable to find a matching|Can't find a probe/i,
  nothingThereHint:
    'Connect the probe and power the board; `isochrone doctor` says whether this user may use it.',
};
