/** The report as plain text. */
import { recordedText } from './recorded-report.js';
import type { EvaluationReport, SimulatedReport } from './report.js';
import { trustRows } from './trust-report.js';
import type { Interval } from './statistics.js';

const percent = (share: number): string => (100 * share).toFixed(1).padStart(5);
const twoDigits = (value: number): string => value.toFixed(2).padStart(5);
const interval = ({ estimate, low, high }: Interval): string =>
  `${estimate.toFixed(3)} (${low.toFixed(3)}…${high.toFixed(3)})`;

export function evaluationText({ simulated, wrongHeart, recorded }: EvaluationReport): string {
  return [
    'Explanations against a known place and time. Simulated hearts: not patients.',
    '',
    ...sectionText('fresh hearts', simulated),
    ...(wrongHeart === null
      ? []
      : sectionText('wrong heart: turned 18°, chest electrodes 2 cm low', wrongHeart)),
    ...(recorded === null
      ? ['real records: skipped, no folder with labels.csv was named (--data)', '']
      : recordedText(recorded)),
  ].join('\n');
}

function sectionText(title: string, report: SimulatedReport): string[] {
  return [
    `== ${title}: ${report.hearts} hearts`,
    '',
    'mean of scar, ischaemia and ectopic beats of one place, %; millimetres of ectopic beats',
    'top1   top3   territory  mm    arm',
    ...Object.entries(report.headline).map(
      ([arm, { top1, top3, territory, ectopicMm }]) =>
        `${percent(top1)}  ${percent(top3)}  ${percent(territory)}     ${ectopicMm.toFixed(1).padStart(5)}  ${arm}`,
    ),
    '',
    ...Object.entries(report.place).flatMap(([group, arms]) => {
      const chance = report.placeChance[group];
      return [
        `${group}: place (chance: top1 ${percent(chance?.top1 ?? NaN)}, top3 ${percent(chance?.top3 ?? NaN)}, Dice ${twoDigits(chance?.dice ?? NaN)})`,
        'cases  top1 (95 %)            top3   territory  mm     AUC    AUPRC  Dice   arm',
        ...Object.entries(arms).map(
          ([arm, f]) =>
            `${String(f.cases).padStart(5)}  ${percent(f.top1.estimate)} (${percent(f.top1.low)}…${percent(f.top1.high)})  ${percent(f.top3)}  ${percent(f.territory)}     ${f.medianMm.toFixed(1).padStart(5)}  ${twoDigits(f.auc)}  ${twoDigits(f.averagePrecision)}  ${twoDigits(f.dice)}  ${arm}`,
        ),
        '',
      ];
    }),
    ...Object.entries(report.time).flatMap(([group, arms]) => {
      const chance = report.timeChance[group];
      return [
        `${group}: time, samples changed by more than ${report.thresholdMicrovolt} µV (chance: per lead ${twoDigits(chance?.perLead ?? NaN)}, pooled ${twoDigits(chance?.pooled ?? NaN)})`,
        'Dice per lead          Dice pooled            pointing  deletion  insertion  infidelity  map',
        ...Object.entries(arms).map(
          ([arm, f]) =>
            `${interval(f.dicePerLead)}  ${interval(f.dicePooled)}  ${percent(f.pointing)}     ${twoDigits(f.deletion)}     ${twoDigits(f.insertion)}      ${twoDigits(f.infidelity)}       ${arm}`,
        ),
        '',
      ];
    }),
    `agreement of networks of other seeds (rank correlation): attribution ${interval(report.consistency.attribution)}, map ${interval(report.consistency.map)}`,
    `agreement with shuffled weights: attribution ${interval(report.randomisedWeights.attribution)}, map ${interval(report.randomisedWeights.map)}`,
    '',
    'classes named right, %, by network',
    ...Object.entries(report.classAccuracy).flatMap(([network, kinds]) =>
      Object.entries(kinds).map(
        ([kind, shares]) =>
          `${network.padEnd(13)} ${kind.padEnd(10)} ${shares.map(percent).join('  ')}`,
      ),
    ),
    '',
    ...(report.trust === null
      ? []
      : [
          `trust, ${report.trust.cases} cases; agreement is rank correlation`,
          ...trustRows(report.trust).map(([what, figure]) => `${figure.padEnd(52)}  ${what}`),
          '',
        ]),
    'paired differences, 95 % bootstrap interval, Wilcoxon',
    ...report.comparisons.map(
      ({ of, against, what, difference, pairs, wilcoxonP }) =>
        `${interval(difference)}  p ${wilcoxonP < 0.001 ? '< 0.001' : wilcoxonP.toFixed(3)}  ${what}: ${of} − ${against}, ${pairs} pairs`,
    ),
    '',
  ];
}
