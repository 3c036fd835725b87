/** Updates of an emulated board that is killed (SIGKILL) at random moments, one after the other, and what it runs after each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../../bench/link/random.js';
import { IsochroneError } from '../../../codegen/errors.js';
import { updateDevice } from '../../../host/update/update-device.js';
import { versionText } from '../../../host/update/version.js';
import { start, type UpdateBench } from './update-bench.js';

export interface KillReport {
  readonly kills: number;
  /** By what the update was doing; `between` where none was under way. */
  readonly byPhase: Readonly<Record<string, number>>;
  readonly updates: number;
  /** Attempts that went on from what an earlier one had left in flash. */
  readonly resumed: number;
  /** Starts after a kill in which the device did not run one of the two versions; 0 is the goal. */
  readonly unbootable: number;
}

/** A kill comes within this of an update's beginning: about what one takes, so that each phase is met. */
const LONGEST_MS = 2500;

/** @throws what an update throws for any other reason than the kill */
export async function killDuringUpdates(
  bench: UpdateBench,
  flashFile: string,
  options: {
    readonly kills: number;
    readonly seed: number;
    readonly onKill?: (kills: number) => void;
    /** Ends before the next kill. */
    readonly signal?: AbortSignal;
  },
): Promise<KillReport> {
  const random = new Random(options.seed);
  const stopped = (): boolean => options.signal?.aborted ?? false;
  const byPhase: Record<string, number> = {};
  const report = { kills: 0, updates: 0, resumed: 0, unbootable: 0 };
  let running = '1.0.0';
  const next = (): string => `1.0.${report.updates + 1}`;
  await bench.program(flashFile, bench.version(running)[0]);
  while (report.kills < options.kills && !stopped()) {
    const device = await start(bench, flashFile);
    const seen = await device.link.ask('tell').catch(() => undefined);
    const version = seen === undefined ? 'none' : versionText(seen.version);
    if (version !== running && version !== next()) report.unbootable += 1;
    let phase = 'between';
    let firstSent = true;
    const update = updateDevice(device.link, bench.version(next()), {
      onProgress: (progress) => {
        if (progress.phase === 'write' && firstSent) {
          firstSent = false;
          report.resumed += progress.done > 0 ? 1 : 0;
        }
        ({ phase } = progress);
      },
    }).then(
      () => 'updated' as const,
      (error: unknown) => error,
    );
    const end = await Promise.race([
      update,
      sleep(random.next() * LONGEST_MS).then(() => 'killed'),
    ]);
    await device.stop();
    // Ctrl-C reaches the emulator too: its end is no kill of ours.
    if (stopped()) break;
    if (end === 'updated') {
      running = next();
      report.updates += 1;
      continue;
    }
    // A trial that spent its starts on kills returned to the image before; the update is begun anew.
    const returned = end instanceof IsochroneError && end.code === 'FIRMWARE_UPDATE_ROLLED_BACK';
    if (end !== 'killed' && !returned) throw end;
    await update;
    report.kills += 1;
    byPhase[phase] = (byPhase[phase] ?? 0) + 1;
    options.onKill?.(report.kills);
  }
  return { ...report, byPhase };
}
