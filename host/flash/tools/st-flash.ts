/** An ST-LINK by `st-flash`. */
import { hexadecimal, type FlashTool } from './flash-tool.js';

export const stFlash: FlashTool = {
  program: 'st-flash',
  packageName: 'stlink-tools',
  needsPort: false,
  commands: ({ imagePath, readbackPath, address, bytes, boardArguments }) => [
    { phase: 'write', args: [...boardArguments, 'write', imagePath, hexadecimal(address)] },
    {
      phase: 'verify',
      args: [...boardArguments, 'read', readbackPath, hexadecimal(address), String(bytes)],
    },
    { phase: 'reset', args: [...boardArguments, 'reset'] },
  ],
  progress: (line, { bytes }) => {
    if (/erased|Erasing/i.test(line)) return { phase: 'erase', done: 0, total: 1 };
    const [, done, pages] = /(\d+)\s*\/\s*(\d+) pages written/.exec(line) ?? [];
    if (done === undefined || pages === undefined) return undefined;
    return {
      phase: 'write',
      done: Math.round((bytes * Number(done)) / Number(pages)),
      total: bytes,
    };
  },
  nothingThere: /Couldn't find any ST-Link|Couldn't locate|Failed to connect|unknown chip id/i,
  nothingThereHint:
    'Connect the ST-LINK and power the board; `isochrone doctor` says whether this user may use it.',
};
