/** A gdb server, of a probe or of an emulator: `gdb-multiarch`; --port is its remote (host:port). */
import { hexadecimal, type FlashTool } from './flash-tool.js';

/** gdb takes no quotes around paths that it restores from or dumps to. */
export const gdb: FlashTool = {
  program: 'gdb-multiarch',
  packageName: 'gdb-multiarch',
  needsPort: true,
  commands: ({ imagePath, readbackPath, address, bytes, port, boardArguments }) => {
    const at = hexadecimal(address);
    const run = (...commands: readonly string[]): readonly string[] => [
      ...['-nx', '-batch', ...boardArguments],
      ...[
        'set confirm off',
        'set tcp auto-retry off',
        `target extended-remote ${port}`,
        ...commands,
      ].flatMap((line) => ['-ex', line]),
    ];
    return [
      { phase: 'write', args: run(`restore ${imagePath} binary ${at}`, 'disconnect') },
      {
        phase: 'verify',
        args: run(
          `dump binary memory ${readbackPath} ${at} ${hexadecimal(address + bytes)}`,
          'disconnect',
        ),
      },
      { phase: 'reset', args: run('monitor system_reset', 'disconnect') },
    ];
  },
  progress: (line, { bytes }) =>
    /^Restoring binary file/.test(line) ? { phase: 'write', done: 0, total: bytes } : undefined,
  nothingThere:
    /Connection refused|could not connect|Connection timed out|Unknown host|No such file/i,
  nothingThereHint:
    "Start the gdb server (the emulator with -gdb, or the probe's), and give its host:port as --port.",
};
