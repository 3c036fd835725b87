/**
 * Reading a file that a user named, with errors that say what is wrong with the name.
 */
import { open, readdir } from 'node:fs/promises';
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
