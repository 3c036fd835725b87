/**
 * gcc, cross or native: compiles a list of sources through a cache keyed by content, and links them.
 * The same inputs give the same bytes: no dates, no absolute paths in the objects.
 */
import { createHash } from 'node:crypto';
import { access, copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import { IncludeTree } from './includes.js';
import { inParallel, runProcess } from './process.js';

/** Debian packages by the prefix of the compiler they bring. */
const PACKAGES: Readonly<Record<string, string>> = {
  'arm-none-eabi-': 'gcc-arm-none-eabi libnewlib-arm-none-eabi',
  'aarch64-linux-gnu-': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  '': 'gcc libc6-dev',
};

/** Warnings are errors in everything the project writes or emits. */
const WARNINGS = [
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wconversion',
  '-Wshadow',
  '-Wdouble-promotion',
] as const;

/** Contraction would let one target fuse a multiply and an add that another rounds twice. */
const CODE = ['-std=c99', '-O2', '-g', '-ffunction-sections', '-fdata-sections', '-fno-common'];
const EXACT = ['-ffp-contract=off'];

const COMPILE_WIDTH = 2;

export interface CompileJob {
  /** `arm-none-eabi-`, or empty for the machine's own gcc. */
  readonly prefix: string;
  readonly targetFlags: readonly string[];
  readonly sources: readonly string[];
  readonly includeFolders: readonly string[];
  /** Of libraries: what their headers are warned of is their own. */
  readonly systemFolders?: readonly string[];
  /** `library`: sources of others, without the project's warnings. */
  readonly origin?: 'project' | 'library';
  readonly outDir: string;
  readonly onProgress?: (done: number, total: number, file: string) => void;
}

export interface Compiled {
  readonly objects: readonly string[];
  /** SHA-256 of everything that decides the code: compiler, flags, sources and what they include. */
  readonly inputHash: string;
}

const versions = new Map<string, string>();

/** The compiler's version line; throws TOOLCHAIN_MISSING. */
export async function compilerVersion(prefix: string): Promise<string> {
  const program = `${prefix}gcc`;
  const key = `${process.env['PATH'] ?? ''}:${program}`;
  const known = versions.get(key);
  if (known !== undefined) return known;
  try {
    const { stdout } = await runProcess(program, ['--version']);
    const version = stdout.split('\n')[0] ?? '';
    versions.set(key, version);
    return version;
  } catch (cause) {
    throw new IsochroneError('TOOLCHAIN_MISSING', `the compiler ${program} is not installed`, {
      hint: `Run: apt-get install ${PACKAGES[prefix] ?? program}`,
      where: { program },
      cause,
    });
  }
}

/** The path that the object holds as debug information, and therefore part of its key. */
function shownPath(source: string): string {
  const path = relative(packageRoot(), source);
  return path.startsWith('firmware-templates') ? path : basename(source);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

export async function compile(job: CompileJob): Promise<Compiled> {
  const version = await compilerVersion(job.prefix);
  const root = packageRoot();
  // Where things lie must not show in the image; the last map that fits wins.
  const systemFolders = job.systemFolders ?? [];
  const folders = [...job.includeFolders, ...systemFolders].filter(
    (folder) => !folder.startsWith(join(root, 'firmware-templates')),
  );
  const prefixMap = [
    `-ffile-prefix-map=${root}=.`,
    ...folders.map((folder) => `-ffile-prefix-map=${folder}=build`),
    `-ffile-prefix-map=${job.outDir}=build`,
  ];
  const warnings = job.origin === 'library' ? ['-w'] : WARNINGS;
  const flags = [...job.targetFlags, ...CODE, ...EXACT, ...warnings];
  const common = `${version}\n${flags.join(' ')}\n`;
  const includeTree = new IncludeTree([...job.includeFolders, ...systemFolders]);
  const forced = flags.flatMap((flag, i) => (flags[i - 1] === '-include' ? [flag] : []));
  const cache = join(root, 'build', 'cache', 'objects');
  await mkdir(cache, { recursive: true });
  await mkdir(job.outDir, { recursive: true });

  const all = createHash('sha256').update(common);
  const objects: string[] = [];
  const work: { source: string; cached: string; object: string }[] = [];
  for (const source of job.sources) {
    const key = createHash('sha256')
      .update(common)
      .update(`${shownPath(source)}\n`);
    for (const [header, text] of await includeTree.filesOf(source, forced)) {
      key.update(`${basename(header)}\0`).update(text);
    }
    const digest = key
      .update(await readFile(source))
      .digest('hex')
      .slice(0, 32);
    all.update(digest);
    const cached = join(cache, `${digest}.o`);
    const object = join(job.outDir, `${objects.length}-${basename(source)}.o`);
    objects.push(object);
    work.push({ source, cached, object });
  }

  let done = 0;
  const includes = [
    ...job.includeFolders.map((folder) => `-I${folder}`),
    ...systemFolders.flatMap((folder) => ['-isystem', folder]),
  ];
  await inParallel(work, COMPILE_WIDTH, async ({ source, cached, object }) => {
    if (!(await exists(cached))) {
      const fresh = `${cached}.${process.pid}.${Math.random().toString(36).slice(2)}`;
      const args = [...flags, ...prefixMap, ...includes, '-c', source, '-o', fresh];
      const { status, stderr } = await runProcess(`${job.prefix}gcc`, args);
      if (status !== 0) {
        await rm(fresh, { force: true });
        throw compileError(source, stderr);
      }
      // Rename is atomic: another build of the same file at the same time gets the same bytes.
      await rename(fresh, cached);
    }
    await copyFile(cached, object);
    done += 1;
    job.onProgress?.(done, work.length, basename(source));
  });
  return { objects, inputHash: all.digest('hex') };
}

const DIAGNOSTIC_LINES = 6;

function firstDiagnostics(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /error|undefined|overflowed/.test(line));
  const chosen = lines.length > 0 ? lines : stderr.split('\n').filter((line) => line !== '');
  return chosen.slice(0, DIAGNOSTIC_LINES).join('\n');
}

function compileError(source: string, stderr: string): IsochroneError {
  return new IsochroneError(
    'FIRMWARE_COMPILE',
    `${basename(source)} does not compile:\n${firstDiagnostics(stderr)}`,
    {
      hint: 'Generated code that does not compile is a defect of Isochrone: report it with the model file.',
      where: { file: source },
    },
  );
}

export interface LinkJob {
  readonly prefix: string;
  readonly targetFlags: readonly string[];
  readonly objects: readonly string[];
  readonly output: string;
  readonly linkFlags: readonly string[];
  readonly libraries: readonly string[];
}

/** Throws FIRMWARE_TOO_LARGE when a memory overflows, FIRMWARE_LINK for anything else. */
export async function link(job: LinkJob): Promise<void> {
  const args = [...job.targetFlags, '-Wl,--gc-sections', ...job.linkFlags, ...job.objects];
  const { status, stderr } = await runProcess(`${job.prefix}gcc`, [
    ...args,
    ...job.libraries,
    '-o',
    job.output,
  ]);
  if (status === 0) return;
  const overflow = /region `(\w+)' overflowed by (\d+) bytes/.exec(stderr);
  if (overflow !== null) {
    const region = overflow[1] ?? '';
    const bytes = Number(overflow[2]);
    throw new IsochroneError(
      'FIRMWARE_TOO_LARGE',
      `the image needs ${bytes} bytes more ${region} than the board has`,
      {
        hint: 'Choose a smaller network or a board with more memory, or change the board file: "memory", or "measuresBeats": false, which frees 46 KB of RAM.',
        where: { region, bytes },
      },
    );
  }
  throw new IsochroneError('FIRMWARE_LINK', `linking failed:\n${firstDiagnostics(stderr)}`, {
    hint: 'Check that the network folder holds all that the emitter wrote (network.c, network.h).',
    where: { output: job.output },
  });
}
