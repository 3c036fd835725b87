/** Updates of an emulated board that is killed (SIGKILL) at random moments, one after the other, and what it runs after each. */
import { Random } from '../../../bench/link/random.js';
import { IsochroneError } from '../../../codegen/errors.js';
import {
  UPDATE_PHASES,
  updateDevice,
  type UpdatePhaseName,
} from '../../../host/update/update-device.js';
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

/** Half of the kills come within this of the start of an update: about what one takes. */
const UPDATE_MS = 2500;
/** The others aim at a phase: within this of its beginning. Short phases would hardly ever be met otherwise. */
const PHASE_MS = 60;

/** Settles when the kill is due: a random moment of the update, or of a phase of it. */
class KillTime {
  private readonly aimedAt: UpdatePhaseName | undefined;
  private readonly delayMs: number;
  private strike: () => void = () => undefined;
  readonly due: Promise<void>;

  constructor(random: Random) {
    this.aimedAt =
      random.below(2) === 0 ? undefined : UPDATE_PHASES[random.below(UPDATE_PHASES.length)];
    this.delayMs =
      this.aimedAt === undefined ? random.next() * UPDATE_MS : random.next() ** 2 * PHASE_MS;
    this.due = new Promise((resolve) => {
      this.strike = () => {
        setTimeout(resolve, this.delayMs);
      };
    });
    if (this.aimedAt === undefined) this.strike();
  }

  reached(phase: UpdatePhaseName): void {
    if (phase === this.aimedAt) this.strike();
  }
}

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
    const kill = new KillTime(random);
    const update = updateDevice(device.link, bench.version(next()), {
      onProgress: (progress) => {
        if (progress.phase === 'write' && firstSent) {
          firstSent = false;
          report.resumed += progress.done > 0 ? 1 : 0;
        }
        ({ phase } = progress);
        kill.reached(progress.phase);
      },
    }).then(
      () => 'updated' as const,
      (error: unknown) => error,
    );
    const end = await Promise.race([update, kill.due.then(() => 'killed')]);
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
