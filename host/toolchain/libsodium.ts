/**
 * The signature check of firmware images is libsodium's (Ed25519 and SHA-512), in C as Debian keeps it: its source package, which
 * apt downloads and verifies with Debian's own key. Nothing of it is in this repository; it is unpacked once, under build/.
 */
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';
import { packageRoot } from '../../codegen/package-root.js';
import type { Board } from './board.js';
import { compile } from './compile.js';
import { runProcess } from './process.js';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** For systems without apt: a folder with libsodium's source, unpacked. */
const SOURCE_VARIABLE = 'ISOCHRONE_LIBSODIUM';

/** What a verification needs; the linker leaves out the rest of them. */
const SOURCES = [
  'crypto_sign/ed25519/ref10/open.c',
  'crypto_sign/ed25519/ref10/sign.c',
  'crypto_core/ed25519/ref10/ed25519_ref10.c',
  'crypto_hash/sha512/cp/hash_sha512_cp.c',
  'crypto_verify/sodium/verify.c',
  'sodium/utils.c',
];
/** What its configure script would find on every target here; without the others it takes plain C. */
const DEFINES = ['-DCONFIGURED=1', '-DNATIVE_LITTLE_ENDIAN=1', '-DSODIUM_STATIC=1'];

export interface Libsodium {
  /** For sources that include its headers. */
  readonly systemFolders: readonly string[];
  readonly defines: readonly string[];
  readonly sources: readonly string[];
  readonly includeFolders: readonly string[];
}

/** @throws IsochroneError LIBRARY_UNAVAILABLE */
export async function libsodium(): Promise<Libsodium> {
  const root = join(await sourceFolder(), 'src', 'libsodium');
  const include = join(root, 'include', 'sodium');
  return {
    systemFolders: [include],
    defines: DEFINES,
    sources: SOURCES.map((file) => join(root, file)),
    includeFolders: [
      include,
      join(root, 'include'),
      join(include, 'private'),
      join(root, 'crypto_sign', 'ed25519', 'ref10'),
    ],
  };
}

/**
 * @returns object files
 * @throws IsochroneError LIBRARY_UNAVAILABLE, TOOLCHAIN_MISSING, FIRMWARE_COMPILE
 */
export async function compileLibsodium(board: Board, outDir: string): Promise<readonly string[]> {
  const { sources, includeFolders, defines } = await libsodium();
  const { objects } = await compile({
    prefix: board.compiler.prefix,
    targetFlags: [...board.compiler.flags, ...defines],
    sources,
    includeFolders,
    outDir,
    origin: 'library',
  });
  return objects;
}

async function sourceFolder(): Promise<string> {
  const given = process.env[SOURCE_VARIABLE];
  const folder = given ?? join(packageRoot(), 'build', 'libsodium');
  if (await isSource(folder)) return folder;
  if (given !== undefined) throw unavailable(`${given} is not the source of libsodium`);
  await download(folder);
  return folder;
}

const isSource = (folder: string): Promise<boolean> =>
  access(join(folder, 'src', 'libsodium', 'include', 'sodium')).then(
    () => true,
    () => false,
  );

/** With lists and caches of its own: apt's are left alone, and it needs no root. */
async function download(folder: string): Promise<void> {
  await mkdir(join(packageRoot(), 'build'), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    const list = join(work, 'sources.list');
    await writeFile(list, await sourceEntries(work));
    await mkdir(join(work, 'lists', 'partial'), { recursive: true });
    await mkdir(join(work, 'cache', 'archives', 'partial'), { recursive: true });
    const options = Object.entries({
      'Dir::Etc::SourceList': list,
      'Dir::Etc::SourceParts': '-',
      'Dir::State::Lists': join(work, 'lists'),
      'Dir::Cache': join(work, 'cache'),
      'APT::Sandbox::User': 'root',
    }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    await apt(work, [...options, '-qq', 'update']);
    await apt(work, [...options, '-qq', 'source', 'libsodium']);
    const name = (await readdir(work)).find((entryName) => /^libsodium-[\d.]+$/.test(entryName));
    if (name === undefined || !(await isSource(join(work, name)))) {
      throw unavailable('what apt gave is not the source of libsodium');
    }
    // Two builds may download at once: the second finds the first's, which is the same.
    await rename(join(work, name), folder).catch(async (error: unknown) => {
      if (!(await isSource(folder))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The archives that this machine's apt takes Debian's programs from, for their sources. */
async function sourceEntries(cwd: string): Promise<string> {
  const format = '$(ORIGIN) $(COMPONENT) $(SITE) $(RELEASE)';
  const targets = await apt(cwd, ['indextargets', '--format', format, 'Identifier: Packages']);
  const archives = targets.split('\n').flatMap((line) => {
    const [origin, component, site, release] = line.split(' ');
    const isArchive = origin === 'Debian' && component === 'main';
    return isArchive && site !== undefined && release !== undefined ? [`${site} ${release}`] : [];
  });
  if (archives.length === 0) throw unavailable('apt knows no archive of Debian');
  return archives.map((archive) => `deb-src [signed-by=${KEYRING}] ${archive} main\n`).join('');
}

async function apt(cwd: string, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runProcess('apt-get', args, { cwd }).catch(
    (error: unknown) => ({ status: -1, stdout: '', stderr: String(error) }),
  );
  if (status !== 0) throw unavailable(stderr.trim().split('\n').slice(-3).join(' '));
  return stdout;
}

function unavailable(seen: string): IsochroneError {
  return new IsochroneError(
    'LIBRARY_UNAVAILABLE',
    `the source of libsodium, which checks signatures, cannot be had: ${seen}`,
    {
      hint: `On Debian: apt-get install dpkg-dev, apt-get update, and check that apt reaches its archive. Elsewhere unpack libsodium 1.0.18 and set ${SOURCE_VARIABLE} to its folder.`,
      where: { library: 'libsodium' },
    },
  );
}
