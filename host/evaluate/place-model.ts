/**
 * What the model-based mappings know: how a lesion of each place changes a beat on average over many hearts, and how beats differ
 * besides. Made once from the template hearts by `isochrone templates`, kept as one file of whole numbers.
 */
import { IsochroneError } from '../../codegen/errors.js';
import { lesionTemplate } from '../cineecg/mapping/build-templates.js';
import { covarianceOf, meanOf, type Covariance } from '../cineecg/mapping/principal-components.js';
import type { TemplateSet } from '../cineecg/mapping/pull-back.js';
import { MEDIAN_BEAT_SAMPLES } from '../records/synthetic/median-beat.js';
import type { LesionKindOfCase, SimulatedCase } from './cases.js';
import { independentMillivolt } from './cases.js';
import { genericNodeMm, genericSegmentMm } from './generic-place.js';

/** Of the template hearts. */
export interface PlacedBeat {
  readonly heart: number;
  readonly kind: SimulatedCase['kind'];
  readonly segment: number;
  /** null: the whole segment. */
  readonly node: number | null;
  readonly millivolt: Float64Array;
}

export interface PlaceModel {
  readonly hearts: number;
  readonly sets: Readonly<Record<LesionKindOfCase, TemplateSet>>;
}

export function placedBeat({ heartSeed, kind, segments, beat }: SimulatedCase): PlacedBeat {
  return {
    heart: heartSeed,
    kind,
    segment: segments[0] ?? 0,
    node: beat.ectopic?.node ?? null,
    // Whole microvolts, as beat sets hold them.
    millivolt: independentMillivolt(beat).map((mv) => Math.round(1000 * mv) / 1000),
  };
}

interface Places {
  readonly covariance: 'normal' | 'within';
  readonly places: readonly {
    readonly segment: number;
    readonly node: number | null;
    readonly difference: Float64Array;
  }[];
}

export interface Distilled {
  readonly hearts: number;
  readonly normal: Float64Array;
  readonly covariances: Readonly<Record<Places['covariance'], Covariance>>;
  readonly kinds: Readonly<Record<LesionKindOfCase, Places>>;
}

export interface CovarianceSize {
  /** Principal components. */
  readonly components: number;
  /** Root mean square of what every sample may have besides: noise, and whatever the simulator lacks. */
  readonly floorMillivolt: number;
}

/** Chosen on choice hearts among 40, 80, 120, 160 and 240 components, with floors of 4, 8 and 20 µV. */
export const EVALUATION_COVARIANCE: CovarianceSize = { components: 120, floorMillivolt: 0.008 };
/** Rows that a covariance is estimated from, at most: beyond this it hardly changes, and the estimate takes minutes. */
const MOST_ROWS = 1600;
/**
 * Scars and ischaemias are told from what normal beats do besides; an ectopic beat has little in common with a normal one, and is
 * told from what ectopic beats of one place do in one heart and the next.
 */
const COVARIANCE_OF: Readonly<Record<LesionKindOfCase, Places['covariance']>> = {
  scar: 'normal',
  ischaemia: 'normal',
  ectopic: 'within',
};

/** @param lesionHearts the first so many hearts have lesions; their normal beats are what lesions are compared with */
export function distil(
  beats: readonly PlacedBeat[],
  lesionHearts: number,
  { components, floorMillivolt }: CovarianceSize = EVALUATION_COVARIANCE,
): Distilled {
  const normalBeats = beats.filter(({ kind }) => kind === 'normal');
  const normals = normalBeats.map(({ millivolt }) => millivolt);
  const normal = meanOf(
    normalBeats.filter(({ heart }) => heart < lesionHearts).map(({ millivolt }) => millivolt),
  );
  const residuals: Float64Array[] = [];
  const placesOf = (kind: LesionKindOfCase): Places => {
    const byPlace = new Map<number, PlacedBeat[]>();
    for (const beat of beats) {
      if (beat.kind !== kind) continue;
      const key = beat.node ?? beat.segment;
      byPlace.set(key, [...(byPlace.get(key) ?? []), beat]);
    }
    return {
      covariance: COVARIANCE_OF[kind],
      places: [...byPlace.values()].map((own) => {
        const average = meanOf(own.map(({ millivolt }) => millivolt));
        if (COVARIANCE_OF[kind] === 'within') {
          residuals.push(
            ...own.map(({ millivolt }) => millivolt.map((value, i) => value - (average[i] ?? 0))),
          );
        }
        return {
          segment: own[0]?.segment ?? 0,
          node: own[0]?.node ?? null,
          difference: average.map((value, i) => value - (normal[i] ?? 0)),
        };
      }),
    };
  };
  const kinds = {
    scar: placesOf('scar'),
    ischaemia: placesOf('ischaemia'),
    ectopic: placesOf('ectopic'),
  };
  const every = Math.ceil(residuals.length / MOST_ROWS);
  return {
    hearts: lesionHearts,
    normal,
    covariances: {
      normal: covarianceOf(normals, components, floorMillivolt ** 2),
      within: covarianceOf(
        residuals.filter((_, index) => index % every === 0),
        components,
        floorMillivolt ** 2,
      ),
    },
    kinds,
  };
}

/** The same with covariances of fewer components and a higher floor. */
export function coarser(
  { covariances, ...rest }: Distilled,
  { components, floorMillivolt }: CovarianceSize,
): Distilled {
  const coarse = ({ components: all, excess, floor }: Covariance): Covariance => {
    const count = Math.min(components, all.length);
    const left = excess.slice(count).reduce((a, b) => a + b, 0);
    const size = (all[0]?.length ?? 0) - count;
    const higher = Math.max(floorMillivolt ** 2, floor + left / size);
    return {
      components: all.slice(0, count),
      excess: excess.slice(0, count).map((value) => Math.max(0, value + floor - higher)),
      floor: higher,
    };
  };
  return {
    ...rest,
    covariances: { normal: coarse(covariances.normal), within: coarse(covariances.within) },
  };
}

export function modelOf({ hearts, normal, covariances, kinds }: Distilled): PlaceModel {
  const set = (kind: LesionKindOfCase): TemplateSet => ({
    kind,
    samples: MEDIAN_BEAT_SAMPLES,
    normal,
    templates: kinds[kind].places.map(({ segment, node, difference }) =>
      lesionTemplate(
        {
          region: segment - 1,
          site: node ?? -1,
          frankMm: node === null ? genericSegmentMm(segment) : genericNodeMm(node),
          difference,
        },
        covariances[kinds[kind].covariance],
      ),
    ),
  });
  return {
    hearts,
    sets: { scar: set('scar'), ischaemia: set('ischaemia'), ectopic: set('ectopic') },
  };
}

const FORMAT = 'isochrone-places-1';
const MICRO = 1e6;
const UNIT = 32_767;

/** Matrices as base64 of little-endian int16: microvolts, or unit vectors in 1/32767. */
interface PlaceFile {
  readonly format: typeof FORMAT;
  readonly hearts: number;
  readonly samples: number;
  readonly normal: string;
  readonly covariances: Readonly<
    Record<
      Places['covariance'],
      {
        readonly components: string;
        /** Variances, µV². */
        readonly excess: readonly number[];
        readonly floor: number;
      }
    >
  >;
  readonly kinds: Readonly<
    Record<
      LesionKindOfCase,
      {
        readonly covariance: Places['covariance'];
        readonly segments: readonly number[];
        readonly nodes: readonly (number | null)[];
        readonly differences: string;
      }
    >
  >;
}

export function writePlaceModel(distilled: Distilled): string {
  const covariance = (name: Places['covariance']): PlaceFile['covariances']['normal'] => {
    const { components, excess, floor } = distilled.covariances[name];
    return {
      components: encode(components, UNIT),
      excess: excess.map((value) => Math.round(value * MICRO)),
      floor: Math.round(floor * MICRO),
    };
  };
  const kind = (name: LesionKindOfCase): PlaceFile['kinds']['scar'] => {
    const { covariance: chosen, places } = distilled.kinds[name];
    return {
      covariance: chosen,
      segments: places.map(({ segment }) => segment),
      nodes: places.map(({ node }) => node),
      differences: encode(
        places.map(({ difference }) => difference),
        1000,
      ),
    };
  };
  const file: PlaceFile = {
    format: FORMAT,
    hearts: distilled.hearts,
    samples: MEDIAN_BEAT_SAMPLES,
    normal: encode([distilled.normal], 1000),
    covariances: { normal: covariance('normal'), within: covariance('within') },
    kinds: { scar: kind('scar'), ischaemia: kind('ischaemia'), ectopic: kind('ectopic') },
  };
  return `${JSON.stringify(file)}\n`;
}

/** @throws {IsochroneError} EVALUATE_MODEL_INVALID */
export function readPlaceModel(text: string, file: string): PlaceModel {
  return modelOf(readDistilled(text, file));
}

/** @throws {IsochroneError} EVALUATE_MODEL_INVALID */
export function readDistilled(text: string, file: string): Distilled {
  const parsed = JSON.parse(text) as PlaceFile;
  if (parsed.format !== FORMAT || parsed.samples !== MEDIAN_BEAT_SAMPLES) {
    throw new IsochroneError(
      'EVALUATE_MODEL_INVALID',
      `${file} holds no templates of this version`,
      {
        hint: 'Make them again: isochrone templates.',
        where: { file },
      },
    );
  }
  const covariance = (name: Places['covariance']): Covariance => {
    const { components, excess, floor } = parsed.covariances[name];
    return {
      components: decode(components, UNIT),
      excess: excess.map((value) => value / MICRO),
      floor: floor / MICRO,
    };
  };
  const kind = (name: LesionKindOfCase): Places => {
    const { covariance: chosen, segments, nodes, differences } = parsed.kinds[name];
    return {
      covariance: chosen,
      places: decode(differences, 1000).map((difference, index) => ({
        segment: segments[index] ?? 0,
        node: nodes[index] ?? null,
        difference,
      })),
    };
  };
  return {
    hearts: parsed.hearts,
    normal: decode(parsed.normal, 1000)[0] ?? new Float64Array(),
    covariances: { normal: covariance('normal'), within: covariance('within') },
    kinds: { scar: kind('scar'), ischaemia: kind('ischaemia'), ectopic: kind('ectopic') },
  };
}

const LEADS = 8;

function encode(rows: readonly Float64Array[], scale: number): string {
  const size = rows[0]?.length ?? 0;
  const buffer = Buffer.alloc(2 * size * rows.length);
  for (const [index, row] of rows.entries()) {
    for (const [at, value] of row.entries()) {
      buffer.writeInt16LE(Math.round(value * scale), 2 * (index * size + at));
    }
  }
  return buffer.toString('base64');
}

/** Rows of a whole beat. */
function decode(text: string, scale: number): Float64Array[] {
  const buffer = Buffer.from(text, 'base64');
  const size = LEADS * MEDIAN_BEAT_SAMPLES;
  return Array.from({ length: buffer.length / 2 / size }, (_, index) =>
    Float64Array.from(
      { length: size },
      (_value, at) => buffer.readInt16LE(2 * (index * size + at)) / scale,
    ),
  );
}
