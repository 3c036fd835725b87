/** `ports`, `monitor`, `ward`, `record`, `replay`, `stream`: their options. */
import type { Command } from 'commander';
import { positiveNumber, wholeNumber } from './arguments.js';

function withPage(command: Command): Command {
  return command
    .option(
      '--host <address>',
      'where the page listens; beyond this machine a token is needed',
      '127.0.0.1',
    )
    .option('--port <n>', 'port of the page, 0 for a free one', wholeNumber, 0)
    .option('--tls-key <file>', 'private key, PEM: the page is served by HTTPS')
    .option('--tls-cert <file>', 'its certificate, PEM');
}

/** What `monitor`, `record`, `replay` and `stream` have in common: where a stream goes. */
function withSinks(command: Command): Command {
  return withPage(command)
    .option('--name <name>', 'name of the records: letters, digits, hyphen, underscore', 'record')
    .option(
      '--rotate-seconds <n>',
      'a new record begins after so much signal',
      positiveNumber,
      3600,
    )
    .option(
      '--mqtt <url>',
      'broker of the ward; user and password in ISOCHRONE_MQTT_USER, …_PASSWORD',
    )
    .option('--marks', 'each line on standard input is an event mark, at the newest sample', false)
    .option('--bed <name>', 'what this device is called there', 'bed')
    .option('--downstream <port>', 'a port with the same wire, for a monitor behind this host')
    .option('--fhir <target>', 'an Observation for each result: a FHIR server or a folder');
}

const DEVICE =
  'a serial port, auto, serial:NUMBER, board:NAME (isochrone ports lists them), or tcp://host:port';

/** @param instead what may stand in its place; without it a device is required */
function fromDevice(command: Command, instead?: string): Command {
  const flags = '--device <address>';
  return (
    instead === undefined
      ? command.requiredOption(flags, DEVICE)
      : command.option(flags, `${DEVICE}; ${instead}`)
  )
    .option(
      '--board <name>',
      'a board of boards/ or a board file, for a port that does not tell what is on it',
    )
    .option('--baud <n>', 'of a serial port; by default that of its board, or 921600', wholeNumber)
    .option('--reset', 'reset the board first; opening a port does not', false);
}

export function addServeCommands(program: Command): void {
  program
    .command('ports')
    .description('serial ports, and which board is on which; opens none of them')
    .option('--board <file...>', 'board files beside those that come with the project')
    .option('--json', 'print JSON', false)
    .action(async (options) => {
      const { runPorts } = await import('./ports.js');
      await runPorts(options);
    });

  const monitor = withSinks(fromDevice(program.command('monitor'), 'or --replay'))
    .description('show a device or a recording on the bedside page, and stream it on')
    .option('--replay <record>', 'a recording instead of a device: what isochrone replay takes')
    .option('--speed <n>', 'of a recording, times real time', positiveNumber, 1)
    .option('--record <folder>', 'record it too')
    .action(async (options) => {
      if ((options.device === undefined) === (options.replay === undefined)) {
        monitor.error('error: one of --device and --replay is needed');
      }
      const { runServe } = await import('./serve.js');
      await runServe({ page: true, lines: false, ...options });
    });

  withPage(program.command('ward'))
    .description('every bed of a broker on one page')
    .requiredOption(
      '--mqtt <url>',
      'the broker; user and password in ISOCHRONE_MQTT_USER, …_PASSWORD',
    )
    .action(async (options) => {
      const { runWard } = await import('./ward.js');
      await runWard(options);
    });

  withSinks(fromDevice(program.command('record')))
    .description('record a device as WFDB; a crash costs at most the last second')
    .requiredOption('--out <folder>', 'where the records go')
    .action(async ({ out, ...options }) => {
      const { runServe } = await import('./serve.js');
      await runServe({ speed: 1, page: false, lines: false, ...options, record: out });
    });

  withSinks(program.command('replay'))
    .description('a recording as if it were a device, through the same link, page and sinks')
    .argument('<record>', 'a WFDB record, an EDF file or SET.d16.gz#INDEX')
    .option('--speed <n>', 'times real time', positiveNumber, 1)
    .option('--no-page', 'no page')
    .option('--record <folder>', 'record it again')
    .option('--lines', 'events as lines of JSON on standard output', false)
    .action(async (record: string, options) => {
      const { runServe } = await import('./serve.js');
      await runServe({ reset: false, ...options, replay: record });
    });

  withSinks(fromDevice(program.command('stream')))
    .description('the events of a device as lines of JSON on standard output')
    .action(async (options) => {
      const { runServe } = await import('./serve.js');
      await runServe({ speed: 1, page: false, ...options, lines: true });
    });
}
