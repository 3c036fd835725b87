/** Trust of all cases that were asked for it → figures with intervals. */
import { DISTURBANCES, type Disturbance } from './stability.js';
import { bootstrapMean, mean, median, type Interval } from './statistics.js';
import { COMPARED_METHODS, type Trust } from './trust.js';

export interface TrustReport {
  readonly cases: number;
  /** Median: one case whose answer hardly changes would rule a mean. */
  readonly completenessGap: number;
  readonly residualShare: Interval;
  readonly maxSensitivity: number;
  readonly lipschitz: number;
  readonly methods: readonly {
    readonly of: string;
    readonly with: string;
    readonly correlation: Interval;
  }[];
  /** By layers shuffled, from 1. */
  readonly cascade: readonly { readonly attribution: Interval; readonly map: Interval }[];
  readonly stability: Readonly<
    Record<
      Disturbance,
      { readonly attribution: Interval; readonly map: Interval; readonly sameTop: Interval }
    >
  >;
}

/** @returns null where no case was asked */
export function summariseTrust(all: readonly Trust[]): TrustReport | null {
  if (all.length === 0) return null;
  const layers = all[0]?.cascade.length ?? 0;
  const disturbed = (name: Disturbance): TrustReport['stability'][Disturbance] => {
    const own = all.map(({ stability }) => stability.agreement[name]);
    return {
      attribution: bootstrapMean(own.map(({ attribution }) => attribution)),
      map: bootstrapMean(own.map(({ map }) => map)),
      sameTop: bootstrapMean(own.map(({ sameTop }) => sameTop)),
    };
  };
  return {
    cases: all.length,
    completenessGap: median(all.map(({ completenessGap }) => completenessGap)),
    residualShare: bootstrapMean(all.map(({ residualShare }) => residualShare)),
    maxSensitivity: mean(all.map(({ stability }) => stability.maxSensitivity)),
    lipschitz: mean(all.map(({ stability }) => stability.lipschitz)),
    methods: COMPARED_METHODS.map(([of, other], k) => ({
      of,
      with: other,
      correlation: bootstrapMean(all.map(({ methods }) => methods[k] ?? 0)),
    })),
    cascade: Array.from({ length: layers }, (_, k) => ({
      attribution: bootstrapMean(all.map(({ cascade }) => cascade[k]?.attribution ?? 0)),
      map: bootstrapMean(all.map(({ cascade }) => cascade[k]?.map ?? 0)),
    })),
    stability: {
      noise: disturbed('noise'),
      electrodes: disturbed('electrodes'),
      axis: disturbed('axis'),
    },
  };
}

const interval = ({ estimate, low, high }: Interval): string =>
  `${estimate.toFixed(2)} (${low.toFixed(2)}…${high.toFixed(2)})`;

/** Rows of a table: what, and its figures. */
export function trustRows(report: TrustReport): (readonly [what: string, figure: string])[] {
  return [
    ['completeness gap of integrated gradients, median', report.completenessGap.toFixed(4)],
    ['residual share: evidence outside any dipole’s view', interval(report.residualShare)],
    ['max-sensitivity of the attribution under noise', report.maxSensitivity.toFixed(2)],
    ['local Lipschitz of the same, relative', report.lipschitz.toFixed(2)],
    ...report.methods.map(
      ({ of, with: other, correlation }) =>
        [`agreement over regions: ${of} with ${other}`, interval(correlation)] as const,
    ),
    ...report.cascade.map(
      ({ attribution, map }, k) =>
        [
          `${k + 1} layers shuffled from the answer: attribution, map`,
          `${interval(attribution)}, ${interval(map)}`,
        ] as const,
    ),
    ...(Object.keys(DISTURBANCES) as Disturbance[]).map((name) => {
      const { attribution, map, sameTop } = report.stability[name];
      return [
        `${DISTURBANCES[name]}: attribution, map, same place first`,
        `${interval(attribution)}, ${interval(map)}, ${interval(sameTop)}`,
      ] as const;
    }),
  ];
}
