/** A device belongs to one run at a time: a lock file of the machine for each, whoever starts the runs and from where. */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsochroneError } from '../../codegen/errors.js';
import type { BenchEntry, BenchMap } from './bench-map.js';

export interface Reservation {
  /** Idempotent. */
  release(): Promise<void>;
}

const RETRY_MS = 200;

const lockFolder = (): string => join(tmpdir(), 'isochrone-hil');

/** A board is the same whichever map names it; an emulated one belongs to its map. */
function lockFile(map: BenchMap, entry: BenchEntry): string {
  const key = entry.kind === 'board' ? entry.port : `${resolve(map.file)}\n${entry.name}`;
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return join(lockFolder(), `${entry.name}-${digest}.lock`);
}

/** The process that has reserved the device, if it still lives. */
export async function holderOf(map: BenchMap, entry: BenchEntry): Promise<number | undefined> {
  return livingHolder(lockFile(map, entry));
}

async function livingHolder(file: string): Promise<number | undefined> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // A process of another user is one too.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined;
  }
}

/**
 * @param waitMs how long another run is waited for
 * @throws IsochroneError HIL_RESERVED
 */
export async function reserve(map: BenchMap, entry: BenchEntry, waitMs = 0): Promise<Reservation> {
  const file = lockFile(map, entry);
  await mkdir(lockFolder(), { recursive: true, mode: 0o777 });
  const until = performance.now() + waitMs;
  for (;;) {
    if (await take(file)) break;
    const holder = await livingHolder(file);
    if (holder === undefined) {
      await removeStale(file);
    } else if (performance.now() >= until) {
      throw reserved(entry.name, holder);
    } else {
      await sleep(RETRY_MS);
    }
  }
  let released = false;
  return {
    release: async () => {
      if (released) return;
      released = true;
      await rm(file, { force: true });
    },
  };
}

/** The file has its content before it has its name, so that nobody reads half a reservation. */
async function take(file: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, String(process.pid));
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Taken away by one of those who found it stale; a fresh one that came in between is put back. */
async function removeStale(file: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await livingHolder(aside)) !== undefined) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

function reserved(device: string, holder: number): IsochroneError {
  return new IsochroneError(
    'HIL_RESERVED',
    `${device} is reserved by another run (process ${holder})`,
    {
      hint: 'Wait until that run has ended; a reservation ends with its process.',
      where: { device, process: holder },
    },
  );
}
