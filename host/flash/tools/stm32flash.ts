/** An STM32's own boot loader over a UART (ST AN3155), by `stm32flash`. */
import { hexadecimal, percentStep, type FlashTool } from './flash-tool.js';

export const stm32flash: FlashTool = {
  program: 'stm32flash',
  packageName: 'stm32flash',
  needsPort: true,
  commands: ({ imagePath, readbackPath, address, bytes, port, boardArguments }) => {
    const place = ['-S', `${hexadecimal(address)}:${bytes}`];
    return [
      {
        phase: 'write',
        args: [...boardArguments, '-w', imagePath, '-S', hexadecimal(address), port],
      },
      { phase: 'verify', args: [...boardArguments, '-r', readbackPath, ...place, port] },
      { phase: 'reset', args: [...boardArguments, '-g', hexadecimal(address), port] },
    ];
  },
  progress: (line, job) => {
    const [, verb, percent] = /(Wrote|Read) address 0x[0-9a-f]+ \(([\d.]+)%\)/i.exec(line) ?? [];
    if (verb !== undefined) return percentStep(verb === 'Wrote' ? 'write' : 'verify', percent, job);
    return /^Erasing/.test(line) ? { phase: 'erase', done: 0, total: 1 } : undefined;
  },
  nothingThere: /Failed to open port|Failed to init device|No such file or directory/,
  nothingThereHint:
    'Check --port, set BOOT0 and reset the board so that its boot loader listens, and that no other program holds the port.',
};
