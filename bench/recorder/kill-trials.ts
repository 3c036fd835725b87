/** A recorder that is killed with -9 at random moments: what its files hold afterwards, against what it had been given. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../codegen/package-root.js';
import { seededRandom } from '../../codegen/testing/random.js';
import { readWfdb } from '../../host/records/wfdb.js';
import { valueAt } from './endless-recorder.js';

export interface KillTrials {
  readonly kills: number;
  /** Records that they left, and how many of them cannot be opened or hold something else than was recorded. */
  readonly records: number;
  readonly damagedRecords: number;
  readonly samplesPublished: number;
  /** Of the trial that lost most; 500 are a second. */
  readonly mostSamplesLost: number;
  /** Log lines, and the explained results between them. */
  readonly eventsPublished: number;
  readonly eventsLost: number;
  /** Every record opens, no event is lost, and no trial lost a second of signal. */
  readonly holds: boolean;
}

/** From before the first flush to several rotations. */
const LONGEST_DELAY_MS = 2500;
const SECOND = 500;
const RESULT_EVERY = 4;

interface Trial {
  records: number;
  damagedRecords: number;
  samplesPublished: number;
  samplesFound: number;
  eventsPublished: number;
  eventsFound: number;
}

export async function killTrials(options: {
  readonly kills: number;
  readonly seed: number;
  readonly onProgress?: (done: number) => void;
}): Promise<KillTrials> {
  const random = seededRandom(options.seed);
  // Early moments are tried as often as late ones: there are more states to be caught in.
  const delays = Array.from({ length: options.kills }, () => LONGEST_DELAY_MS * random() ** 2);
  const trials: Trial[] = [];
  const work = async (): Promise<void> => {
    for (let delay = delays.pop(); delay !== undefined; delay = delays.pop()) {
      trials.push(await killOne(delay));
      options.onProgress?.(trials.length);
    }
  };
  await Promise.all([work(), work()]);
  const sum = (of: (trial: Trial) => number): number =>
    trials.reduce((total, trial) => total + of(trial), 0);
  const mostSamplesLost = Math.max(
    ...trials.map(({ samplesPublished, samplesFound }) => samplesPublished - samplesFound),
  );
  const damagedRecords = sum((trial) => trial.damagedRecords);
  const eventsLost = sum((trial) => Math.max(0, trial.eventsPublished - trial.eventsFound));
  return {
    kills: trials.length,
    records: sum((trial) => trial.records),
    damagedRecords,
    samplesPublished: sum((trial) => trial.samplesPublished),
    mostSamplesLost: Math.max(0, mostSamplesLost),
    eventsPublished: sum((trial) => trial.eventsPublished),
    eventsLost,
    holds: damagedRecords === 0 && eventsLost === 0 && mostSamplesLost < SECOND,
  };
}

async function killOne(delayMs: number): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-killed-'));
  try {
    const told = await recordAndKill(folder, delayMs);
    return await readBack(folder, told);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Gives how far the recorder said that it was. */
async function recordAndKill(
  folder: string,
  delayMs: number,
): Promise<Pick<Trial, 'samplesPublished' | 'eventsPublished'>> {
  const fromSources = import.meta.url.endsWith('.ts');
  const name = `./endless-recorder${fromSources ? '.ts' : '.js'}`;
  const register = join(packageRoot(), 'scripts', 'ts-node-register.mjs');
  const program = [
    ...(fromSources ? ['--import', register] : []),
    fileURLToPath(new URL(name, import.meta.url)),
  ];
  const child = spawn(process.execPath, [...program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (told === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
    told += chunk.toString();
  });
  await once(child, 'close');
  const [samples = 0, lines = 0] = (told.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return {
    samplesPublished: samples,
    eventsPublished: lines + 2 * Math.floor(lines / RESULT_EVERY),
  };
}

async function readBack(
  folder: string,
  told: Pick<Trial, 'samplesPublished' | 'eventsPublished'>,
): Promise<Trial> {
  const names = readdirSync(folder).filter((file) => file.endsWith('.hea'));
  let next = 0;
  let lines = 0;
  let results = 0;
  let damagedRecords = 0;
  for (const name of names.sort()) {
    try {
      const { leads, events = [], firstSampleIndex, remarks } = await readWfdb(join(folder, name));
      if (remarks.length > 0 || firstSampleIndex !== next) throw new Error('another beginning');
      for (const [lead, { microvolt }] of leads.entries()) {
        if (!microvolt.every((value, t) => value === valueAt(next + t, lead))) {
          throw new Error('other samples');
        }
      }
      for (const { event } of events) {
        if (event.kind === 'log') {
          lines += 1;
          if (event.text !== `line ${lines}`) throw new Error('another line');
        }
        if (event.kind === 'result' || event.kind === 'explanation') {
          results += 1;
          if (event.resultId !== lines) throw new Error('another result');
        }
      }
      next += leads[0]?.microvolt.length ?? 0;
    } catch {
      damagedRecords += 1;
    }
  }
  const found = { samplesFound: next, eventsFound: lines + results };
  return { ...told, ...found, records: names.length, damagedRecords };
}
