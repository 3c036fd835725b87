/** What concerns boards and their firmware: `boards`, `doctor`, `flash`, `keys`, `update`: their options. */
import { InvalidArgumentError, type Command } from 'commander';
import { wholeNumber } from './arguments.js';

export function addBoardCommands(program: Command): void {
  program
    .command('boards')
    .description('the boards that are built for: core, memory, runner, flash tools')
    .option('--board <file...>', 'board files beside those that come with the project')
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      const { runBoards } = await import('./boards.js');
      await runBoards(options);
    });

  program
    .command('doctor')
    .description('what this machine has and lacks: programs, ports, permissions; changes nothing')
    .option('--port <address>', 'ask the firmware there too: which board, and which wire schema')
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      const { runDoctor } = await import('./doctor.js');
      await runDoctor(options);
    });

  program
    .command('flash')
    .description('write an image to a board, read it back and compare')
    .argument('<image>', 'an ELF file, or raw bytes')
    .requiredOption('--board <name>', 'a board of boards/ or a board file')
    .option(
      '--port <where>',
      "serial port, gdb's host:port, user@host, or an emulator's flash file",
    )
    .option('--tool <name>', "one of the board's tools, instead of the first that works")
    .option('--baud <n>', 'of a serial port', wholeNumber)
    .option('--address <hex>', 'of raw bytes; by default where flash begins', address)
    .option('--json', 'print JSON', false)
    .action(async (image: string, options) => {
      const { runFlash } = await import('./flash.js');
      await runFlash({ ...options, image });
    });

  program
    .command('keys')
    .description('make the key pair that signs firmware')
    .option('--name <path>', 'of the two files, without .private.pem and .public.pem', 'firmware')
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      const { runKeys } = await import('./update.js');
      await runKeys(options);
    });

  program
    .command('update')
    .description('a new firmware over the link; given again after an interruption it goes on')
    .requiredOption(
      '--port <address>',
      'a serial port, auto, serial:NUMBER, board:NAME, or tcp://host:port',
    )
    .requiredOption('--image <file>', 'what isochrone build --key wrote')
    .option('--board <name>', 'for a port that does not tell what is on it')
    .option('--baud <n>', 'of a serial port; by default that of its board, or 921600', wholeNumber)
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      const { runUpdate } = await import('./update.js');
      await runUpdate(options);
    });
}

function address(text: string): number {
  const value = /^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new InvalidArgumentError('a hexadecimal address, as 0x08000000');
  return value;
}
