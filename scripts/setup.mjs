// Brings a bare Debian 12 with Node 20 and git to where the asked command can run, and says what it does. Plain
// JavaScript without any package: nothing is installed yet when it runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Debian packages by what they are wanted for; `proof` is a file or a command that shows one is there. */
const debian = {
  'gcc-arm-none-eabi': { command: 'arm-none-eabi-gcc' },
  'libnewlib-arm-none-eabi': { file: '/usr/lib/arm-none-eabi/include/newlib.h' },
  'qemu-system-arm': { command: 'qemu-system-arm' },
  gcc: { command: 'gcc' },
  'libc6-dev': { file: '/usr/include/stdio.h' },
  'gcc-aarch64-linux-gnu': { command: 'aarch64-linux-gnu-gcc' },
  'libc6-dev-arm64-cross': { file: '/usr/aarch64-linux-gnu/include/stdio.h' },
  'qemu-user': { command: 'qemu-aarch64' },
  chromium: { command: 'chromium' },
  'clang-format': { command: 'clang-format' },
  cppcheck: { command: 'cppcheck' },
  // Drivers on models of their registers (firmware-templates/hal/test-harness).
  'g++': { command: 'g++' },
  clang: { command: 'clang' },
  'libclang-rt-14-dev': { file: '/usr/share/doc/libclang-rt-14-dev' },
  mosquitto: { file: '/usr/sbin/mosquitto' },
  socat: { command: 'socat' },
  // Unpacks the source of libsodium (host/toolchain/libsodium.ts).
  'dpkg-dev': { command: 'dpkg-source' },
  // What `isochrone flash` runs.
  'gdb-multiarch': { command: 'gdb-multiarch' },
  stm32flash: { command: 'stm32flash' },
  openocd: { command: 'openocd' },
  'stlink-tools': { command: 'st-flash' },
  'dfu-util': { command: 'dfu-util' },
  // Reads WFDB and EDF+, to check what is written here.
  'biosig-tools': { command: 'save2gdf' },
};

/** What `npm start` needs. */
export const toRun = ['gcc-arm-none-eabi', 'libnewlib-arm-none-eabi', 'qemu-system-arm'];
/** What `npm run bench` needs: the host's compiler too, and 64-bit Arm Linux with ports for its devices. */
export const toMeasure = [
  ...toRun,
  'gcc',
  'libc6-dev',
  'gcc-aarch64-linux-gnu',
  'libc6-dev-arm64-cross',
  'qemu-user',
  'socat',
];
/** What `npm test` needs. */
export const toTest = [
  ...toMeasure,
  ...['chromium', 'g++', 'clang-format', 'cppcheck', 'mosquitto', 'biosig-tools'],
  ...['dpkg-dev', 'gdb-multiarch', 'stm32flash', 'openocd', 'stlink-tools', 'dfu-util'],
];

export class SetupError extends Error {}

/**
 * Installs what is missing: npm packages, Debian packages (as root; otherwise says the exact line), the build.
 * @param {readonly string[]} packages names from the table above
 */
export function setUp(packages) {
  requireNode();
  installNpmPackages();
  installDebianPackages(packages);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(
      `Node ${process.versions.node} is too old: Isochrone needs 20.19 or newer (https://nodejs.org).`,
    );
  }
}

function installNpmPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.version)
    .digest('hex');
  const stamp = join(root, 'node_modules', '.isochrone-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('set-up: installing npm packages (once) …');
  // No package here needs its install script: serialport brings prebuilt binaries, the others only messages or downloads.
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    hint: 'Check the connection to the npm registry, then run the command again.',
  });
  writeFileSync(stamp, lock);
}

function installDebianPackages(packages) {
  const missing = packages.filter((name) => !present(debian[name]));
  if (missing.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!onPath('apt-get')) {
    throw new SetupError(
      `These Debian packages, or your system's own of the kind, are missing: ${missing.join(' ')}`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      `Debian packages are missing. Run this, then the command again:\n\n  sudo ${line}\n`,
    );
  }
  console.error(`set-up: installing Debian packages (once): ${missing.join(' ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const hint = `Run it by hand to see why: ${line}`;
  run('apt-get', ['update', '-qq'], { env, hint });
  run('apt-get', [...line.split(' ').slice(1), '-qq'], { env, hint });
  const still = missing.filter((name) => !present(debian[name]));
  if (still.length > 0) throw new SetupError(`Installed, yet not found: ${still.join(' ')}`);
}

function present(proof) {
  return proof.file === undefined ? onPath(proof.command) : existsSync(proof.file);
}

function onPath(command) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, command)));
}

/** Builds dist/ when a source is newer than it. */
export function buildIfStale() {
  const stamp = join(root, 'dist', '.built');
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  // The benches run the test harness of the C.
  const harness = 'firmware-templates/core/test-harness';
  const sources = ['host', 'codegen', 'bench', harness, 'package-lock.json', 'tsconfig.json'];
  if (built > 0 && sources.every((path) => newest(join(root, path)) <= built)) return;
  console.error('set-up: building …');
  // What an older build left of files that are gone must not be run.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  mkdirSync(join(root, 'dist'), { recursive: true });
  // Taken before the build: a source that changes meanwhile must count as newer.
  const started = new Date();
  run('npm', ['run', '--silent', 'build'], {
    hint: 'The sources do not compile; see the messages above.',
  });
  writeFileSync(stamp, `${started.toISOString()}\n`);
}

function newest(path) {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((latest, name) => Math.max(latest, newest(join(path, name))), info.mtimeMs);
}

function run(command, args, { env = process.env, hint }) {
  const result = spawnSync(command, args, {
    cwd: root,
    env,
    // Standard output is the command's own: with --json nothing else may be on it.
    stdio: ['ignore', 2, 2],
  });
  if (result.error !== undefined || result.status !== 0) {
    throw new SetupError(`\`${command} ${args.join(' ')}\` failed. ${hint}`);
  }
}

/** Runs `main`, turning a SetupError into its message and exit code 3. */
export function withSetupErrors(main) {
  try {
    main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`set-up: ${error.message}`);
    process.exit(3);
  }
}

/**
 * Goes on as a built program with the user's arguments, in this very process: signals reach it directly and nothing is
 * left behind when it is killed.
 */
export async function handOver(script, args) {
  const path = join(root, script);
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path).href);
}
