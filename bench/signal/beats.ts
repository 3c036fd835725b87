/** The device's beat detector against the beats that cardiologists drew: all leads, lead II alone, and under noise. */
import {
  SignalScript,
  buildSignalHarness,
  type Beat,
} from '../../firmware-templates/core/test-harness/signal.js';
import { drawnBeats, eightLeadRows, type MarkedRecord } from '../../host/records/marked-set.js';
import { withNoise } from './noise.js';
import {
  addScores,
  precision,
  quantile,
  scoreBeats,
  sensitivity,
  type BeatScore,
} from './score.js';

/** Longer than the chain and the detector hold a beat back. */
const HOLD_SAMPLES = 800;
const LEAD_II_OF_TWELVE = 1;
const LEAD_II_OF_EIGHT = 1;
const NOISE_DB = [24, 18, 12, 6, 0, -6];

export interface BeatFigures {
  readonly input: string;
  readonly beats: number;
  readonly missed: number;
  readonly invented: number;
  readonly sensitivity: number;
  readonly precision: number;
  /** Found minus drawn: the median says whether marks are early or late. */
  readonly medianErrorMs: number;
  readonly spreadMs: number;
  /** The same within a record: what the beat-to-beat intervals suffer, since leads are drawn at different moments of a QRS. */
  readonly jitterMs: number;
  readonly withinMs95: number;
  /** Of the beats that the quality gate trusts (ISO_QRS_TRUSTED_NOISE_PERCENT). */
  readonly gated: { readonly precision: number; readonly shareOfBeats: number };
}

/** As in iso_qrs.h. */
const TRUSTED_NOISE_PERCENT = 35;

export function measureBeats(
  records: readonly MarkedRecord[],
  onProgress: (done: number, of: number) => void,
): readonly BeatFigures[] {
  const run = buildSignalHarness('bench-beats');
  const rows = records.map(({ ecg }) => eightLeadRows(ecg));
  const all = records.map((record) => drawnBeats(record));
  const total = 2 + NOISE_DB.length;
  let done = 0;
  const measure = (
    input: string,
    drawn: readonly (readonly number[])[],
    signal: (record: number) => readonly (readonly number[])[],
  ): BeatFigures => {
    const scores = records.map(({ ecg }, i) => {
      const { beats } = run(new SignalScript().record(signal(i), 0, HOLD_SAMPLES));
      const score = (found: readonly Beat[]): BeatScore =>
        scoreBeats(
          drawn[i] ?? [],
          found.map(({ sampleIndex }) => sampleIndex),
          ecg.sampleRateHz,
        );
      return {
        open: score(beats),
        gated: score(beats.filter(({ noisePercent }) => noisePercent <= TRUSTED_NOISE_PERCENT)),
      };
    });
    onProgress((done += 1), total);
    return figures(
      input,
      scores.map(({ open }) => open),
      addScores(scores.map(({ gated }) => gated)),
    );
  };
  return [
    measure('eight leads', all, (i) => rows[i] ?? []),
    measure(
      'lead II alone',
      records.map((record) => drawnBeats(record, [LEAD_II_OF_TWELVE])),
      (i) =>
        (rows[i] ?? []).map((row) => row.map((v, lead) => (lead === LEAD_II_OF_EIGHT ? v : 0))),
    ),
    ...NOISE_DB.map((snrDb) =>
      measure(`eight leads, noise at ${snrDb} dB`, all, (i) =>
        withNoise(rows[i] ?? [], all[i] ?? [], {
          snrDb,
          sampleRateHz: records[i]?.ecg.sampleRateHz ?? Number.NaN,
          seed: i,
        }),
      ),
    ),
  ];
}

function figures(input: string, scores: readonly BeatScore[], gated: BeatScore): BeatFigures {
  const score = addScores(scores);
  const { errorsMs } = score;
  const median = quantile(errorsMs, 0.5);
  return {
    input,
    beats: score.found + score.missed,
    missed: score.missed,
    invented: score.invented,
    sensitivity: sensitivity(score),
    precision: precision(score),
    medianErrorMs: median,
    spreadMs: spread(errorsMs),
    jitterMs: spread(scores.flatMap((one) => centred(one.errorsMs))),
    withinMs95: quantile(errorsMs.map(Math.abs), 0.95),
    gated: { precision: precision(gated), shareOfBeats: sensitivity(gated) },
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const centred = (values: readonly number[]): readonly number[] =>
  values.map((value) => value - mean(values));
const spread = (values: readonly number[]): number =>
  Math.sqrt(mean(centred(values).map((value) => value * value)));

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

export function beatsText(rows: readonly BeatFigures[]): string {
  const table = [
    [
      'beats',
      'drawn',
      'missed',
      'invented',
      'sensitivity',
      'precision',
      'median',
      'spread',
      'jitter',
      '95 %',
      'gated prec.',
      'of beats',
    ],
    ...rows.map((row) => [
      row.input,
      ...[row.beats, row.missed, row.invented].map(String),
      ...[percent(row.sensitivity), percent(row.precision)],
      ...[row.medianErrorMs, row.spreadMs, row.jitterMs, row.withinMs95].map(
        (ms) => `${ms.toFixed(1)} ms`,
      ),
      ...[row.gated.precision, row.gated.shareOfBeats].map(percent),
    ]),
  ];
  return table
    .map(([name = '', ...cells]) => name.padEnd(32) + cells.map((c) => c.padStart(12)).join(''))
    .join('\n');
}
