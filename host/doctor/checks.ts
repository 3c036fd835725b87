/** What `isochrone doctor` looks at. It reads and asks for versions, and changes nothing. */
import { constants } from 'node:fs';
import { access, readFile, readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FLASH_TOOLS } from '../flash/tools/registry.js';
import { PROTOCOL_VERSION, SCHEMA_HASH } from '../protocol/frame.js';
import { listPorts, type ListPorts } from '../serial/ports.js';
import { runProcess } from '../toolchain/process.js';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do; empty where nothing is to be done. */
  readonly hint: string;
}

/** Where the machine's own state is; a test gives folders and answers of its own. */
export interface Surroundings {
  readonly nodeVersion: string;
  /** First line that a program says of its version; undefined: it is not there. */
  readonly versionOf: (program: string, argument: string) => Promise<string | undefined>;
  readonly ports: ListPorts;
  readonly proc: string;
  readonly sys: string;
  readonly udevFolders: readonly string[];
}

export const THIS_MACHINE: Surroundings = {
  nodeVersion: process.versions.node,
  versionOf: async (program, argument) => {
    const said = await runProcess(program, [argument]).catch(() => undefined);
    return said === undefined
      ? undefined
      : (`${said.stdout}\n${said.stderr}`
          .split('\n')
          .find((line) => /\d/.test(line))
          ?.trim() ?? '');
  },
  ports: listPorts,
  proc: '/proc',
  sys: '/sys',
  udevFolders: ['/etc/udev/rules.d', '/lib/udev/rules.d', '/usr/lib/udev/rules.d'],
};

const OLDEST_NODE = [20, 19] as const;
/** FTDI's default is 16 ms: every short answer waits that long. */
const MOST_LATENCY_MS = 2;

/** Program, argument, Debian package, and what it is for. */
const PROGRAMS = [
  [
    'arm-none-eabi-gcc',
    '--version',
    'gcc-arm-none-eabi libnewlib-arm-none-eabi',
    'compiler of microcontrollers',
  ],
  [
    'aarch64-linux-gnu-gcc',
    '--version',
    'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
    'compiler of 64-bit Arm Linux',
  ],
  ['gcc', '--version', 'gcc libc6-dev', 'compiler of this machine'],
  ['qemu-system-arm', '--version', 'qemu-system-arm', 'emulator of boards'],
  ['qemu-aarch64', '--version', 'qemu-user', 'emulator of 64-bit Arm Linux'],
  ['socat', '-V', 'socat', 'ports of emulated Linux boards'],
  ...Object.values(FLASH_TOOLS).map(
    ({ program, packageName }) =>
      [program, versionArgument(program), packageName, 'flash tool'] as const,
  ),
] as const;

function versionArgument(program: string): string {
  return program === 'ssh' ? '-V' : program === 'stm32flash' ? '-h' : '--version';
}

export async function runChecks(machine: Surroundings = THIS_MACHINE): Promise<readonly Check[]> {
  const programs = await Promise.all(
    PROGRAMS.map(async ([program, argument, packageName, purpose]) => {
      const version = await machine.versionOf(program, argument);
      return {
        name: program,
        ok: version !== undefined,
        detail: version ?? `not installed (${purpose})`,
        hint: version === undefined ? `apt-get install ${packageName}` : '',
      };
    }),
  );
  return [
    nodeCheck(machine.nodeVersion),
    ...programs,
    schemaCheck(),
    await udevCheck(machine),
    ...(await portChecks(machine)),
  ];
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return {
    name: 'node',
    ok,
    detail: version,
    hint: ok ? '' : 'Install Node 20.19 or newer (https://nodejs.org).',
  };
}

/** A device tells its own in HELLO; firmware of another is refused by name. */
function schemaCheck(): Check {
  const hash = SCHEMA_HASH.toString(16).padStart(8, '0');
  return {
    name: 'wire schema',
    ok: true,
    detail: `this host: 0x${hash}, version ${PROTOCOL_VERSION}`,
    hint: '',
  };
}

/** Rules that let a user without privileges use debug probes and USB boot loaders. */
async function udevCheck({ udevFolders }: Surroundings): Promise<Check> {
  const names = (
    await Promise.all(udevFolders.map((folder) => readdir(folder).catch(() => [])))
  ).flat();
  const found = names.filter((name) => /openocd|stlink|dfu|cmsis-dap|jlink/i.test(name));
  const ok = found.length > 0;
  return {
    name: 'udev rules of probes',
    ok,
    detail: ok ? [...new Set(found)].join(', ') : 'none found',
    hint: ok ? '' : 'apt-get install openocd stlink-tools brings them; root needs none.',
  };
}

async function portChecks(machine: Surroundings): Promise<readonly Check[]> {
  let ports: Awaited<ReturnType<ListPorts>>;
  try {
    ports = await machine.ports();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [
      {
        name: 'serial ports',
        ok: false,
        detail,
        hint: 'Give the path of the port where one is asked for.',
      },
    ];
  }
  if (ports.length === 0) {
    return [
      {
        name: 'serial ports',
        ok: true,
        detail: 'none',
        hint: 'Connect a board; emulated ones need none.',
      },
    ];
  }
  return (await Promise.all(ports.map(({ path }) => checksOfPort(path, machine)))).flat();
}

async function checksOfPort(path: string, machine: Surroundings): Promise<readonly Check[]> {
  const allowed = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  const holders = await holdersOf(path, machine.proc);
  const latency = await latencyOf(path, machine.sys);
  return [
    {
      name: `${path} permission`,
      ok: allowed,
      detail: allowed ? 'readable and writable' : 'not for this user',
      hint: allowed ? '' : 'sudo adduser $USER dialout, then log in again.',
    },
    {
      name: `${path} holder`,
      ok: holders.length === 0,
      detail: holders.length === 0 ? 'nobody' : holders.join(', '),
      hint: holders.length === 0 ? '' : 'End that program: a port has one reader.',
    },
    ...(latency === undefined
      ? []
      : [
          {
            name: `${path} latency timer`,
            ok: latency <= MOST_LATENCY_MS,
            detail: `${latency} ms`,
            hint:
              latency <= MOST_LATENCY_MS
                ? ''
                : `echo 1 | sudo tee ${latencyFile(path, machine.sys)}`,
          },
        ]),
  ];
}

/** Programs that have it open, as far as this user may see. */
async function holdersOf(path: string, proc: string): Promise<readonly string[]> {
  const processes = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    processes.map(async (id) => {
      const open = await readdir(join(proc, id, 'fd')).catch(() => []);
      const targets = await Promise.all(
        open.map((fd) => readlink(join(proc, id, 'fd', fd)).catch(() => '')),
      );
      if (!targets.includes(path)) return [];
      const name = (await readFile(join(proc, id, 'comm'), 'utf8').catch(() => '')).trim();
      return [`${name === '' ? 'a program' : name} (${id})`];
    }),
  );
  return found.flat();
}

const latencyFile = (path: string, sys: string): string =>
  join(sys, 'bus', 'usb-serial', 'devices', basename(path), 'latency_timer');

/** Of FTDI bridges; others have none. */
async function latencyOf(path: string, sys: string): Promise<number | undefined> {
  const text = await readFile(latencyFile(path, sys), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}
