/** A USB boot loader (DfuSe, ST AN3156) by `dfu-util`; the board file names it (`-d 0483:df11 -a 0`). */
import { hexadecimal, percentStep, type FlashTool } from './flash-tool.js';

export const dfuUtil: FlashTool = {
  program: 'dfu-util',
  packageName: 'dfu-util',
  needsPort: false,
  commands: ({ imagePath, readbackPath, address, bytes, boardArguments }) => [
    { phase: 'write', args: [...boardArguments, '-s', hexadecimal(address), '-D', imagePath] },
    {
      phase: 'verify',
      args: [...boardArguments, '-s', `${hexadecimal(address)}:${bytes}`, '-U', readbackPath],
    },
    // Leaving the boot loader is a download request of its own: an upload of two bytes does it.
    {
      phase: 'reset',
      args: [
        ...boardArguments,
        '-s',
        `${hexadecimal(address)}:2:leave`,
        '-U',
        `${readbackPath}.leave`,
      ],
    },
  ],
  progress: (line, job) => {
    const [, verb, percent] = /^(Erase|Download|Upload)\s+\[[= ]*\]\s+(\d+)%/.exec(line) ?? [];
    if (verb === undefined) return undefined;
    return percentStep(
      { Erase: 'erase', Download: 'write', Upload: 'verify' }[verb] ?? verb,
      percent,
      job,
    );
  },
  nothingThere: /No DFU capable USB device|Cannot open DFU device|more than one DFU/i,
  nothingThereHint:
    'Start the board in its USB boot loader (BOOT0 high, then reset), connect its USB, and check that one alone is connected.',
};
