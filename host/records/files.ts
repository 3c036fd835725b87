/** Files that a user named, with errors that say what is wrong with the name; files written whole or not at all. */
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { IsochroneError } from '../../codegen/errors.js';

/** Beyond this a Buffer cannot be had in one piece on every Node that is supported. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/** @throws {IsochroneError} RECORD_NOT_FOUND, RECORD_IS_DIRECTORY, RECORD_UNREADABLE, RECORD_TOO_LARGE */
export async function readRecordFile(path: string, maxBytes = MAX_FILE_BYTES): Promise<Buffer> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > maxBytes) {
        throw new IsochroneError(
          'RECORD_TOO_LARGE',
          `${path} has ${size} bytes, at most ${maxBytes} can be read`,
          { hint: 'Check that this is the file you meant.', where: { file: path } },
        );
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cause instanceof IsochroneError ? cause : await fileError(path, cause);
  }
}

/** What the operating system said, in the words of this project. */
export async function fileError(path: string, cause: unknown): Promise<IsochroneError> {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const where = { file: path };
  if (reason === 'ENOENT' || reason === 'ENOTDIR') {
    return new IsochroneError('RECORD_NOT_FOUND', `${path} does not exist`, {
      hint: 'Check the path; a WFDB record needs its .hea and every signal file that it names.',
      where,
      cause,
    });
  }
  if (reason === 'EISDIR') {
    const records = (await readdir(path).catch(() => []))
      .filter((entry) => /\.(?:hea|d16\.gz)$/u.test(entry))
      .slice(0, 5);
    return new IsochroneError('RECORD_IS_DIRECTORY', `${path} is a folder, not a record`, {
      hint:
        records.length === 0
          ? 'Name a record: a .hea file or a .d16.gz set with #index.'
          : `Name a record in it, for instance ${records.join(', ')}.`,
      where,
      cause,
    });
  }
  return new IsochroneError('RECORD_UNREADABLE', `${path} cannot be read (${reason})`, {
    hint: 'Check its permissions and the disk.',
    where,
    cause,
  });
}

/** @throws {IsochroneError} RECORD_WRITE_FAILED */
export async function writeAtomically(path: string, content: Buffer | string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    // Nothing to remove when not even the folder could be made; the first failure is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new IsochroneError('RECORD_WRITE_FAILED', `cannot write ${path}`, {
      hint: 'Check that the folder can be written and that the disk has room.',
      where: { file: path },
      cause,
    });
  }
}
