/**
 * Templates as they are stored and as they go into flash: differences and filters each as a few shared shapes and, for every
 * template, how much of each. Host and device decode the same whole numbers, so that both map alike.
 */
import { IsochroneError } from '../../../codegen/errors.js';
import { INDEPENDENT_LEAD_COUNT } from '../matrices.js';
import type { FrankVector } from '../vector.js';
import { inner, principalDirections } from './principal-components.js';
import { LESION_KINDS, type TemplateKind, type TemplateSet } from './pull-back.js';

/** Row s of the matrix is Σ_k weights[s][k] · scales[k] · shapes[k]. */
export interface SharedShapes {
  /** `[shape][lead 8 · t]`. */
  readonly shapes: readonly Int8Array[];
  /** `[template][shape]`. */
  readonly weights: readonly Int16Array[];
  readonly scales: readonly number[];
}

export interface TemplatePlace {
  readonly region: number;
  readonly site: number;
  readonly frankMm: FrankVector;
}

export interface StoredTemplates {
  readonly kind: TemplateKind;
  readonly samples: number;
  /** How they were made, for people. */
  readonly recipe: string;
  readonly normalMicrovolt: Int16Array;
  readonly places: readonly TemplatePlace[];
  readonly detectability: readonly number[];
  readonly difference: SharedShapes;
  readonly filter: SharedShapes;
}

const FORMAT = 'isochrone-templates-1';
const SHAPE_LIMIT = 127;
const WEIGHT_LIMIT = 32_767;

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) most = Math.max(most, Math.abs(values[i] ?? 0));
  return most;
}

/** Whole numbers up to the limit, and the step between them. */
function quantised(values: ArrayLike<number>, limit: number): readonly [Int16Array, number] {
  const step = largest(values) / limit || 1;
  return [Int16Array.from(values, (value) => Math.round(value / step)), step];
}

/** The rows as `count` shapes; each shape's weights are fitted on what the shapes before it, as rounded, have left. */
export function toSharedShapes(rows: readonly Float64Array[], count: number): SharedShapes {
  const rest = rows.map((row) => Float64Array.from(row));
  const shapes: Int8Array[] = [];
  const columns: Int16Array[] = [];
  const scales: number[] = [];
  for (const direction of principalDirections(rows, count).directions) {
    const shape = Int8Array.from(quantised(direction, SHAPE_LIMIT)[0]);
    const square = inner(shape, shape);
    const [weights, weightStep] = quantised(
      rest.map((row) => inner(row, shape) / square),
      WEIGHT_LIMIT,
    );
    rest.forEach((row, s) => {
      const weight = (weights[s] ?? 0) * weightStep;
      for (let i = 0; i < row.length; i += 1) row[i] = (row[i] ?? 0) - weight * (shape[i] ?? 0);
    });
    shapes.push(shape);
    columns.push(weights);
    scales.push(weightStep);
  }
  return {
    shapes,
    scales,
    weights: rows.map((_, s) => Int16Array.from(columns, (column) => column[s] ?? 0)),
  };
}

export function fromSharedShapes({ shapes, weights, scales }: SharedShapes): Float64Array[] {
  return weights.map((row) => {
    const values = new Float64Array(shapes[0]?.length ?? 0);
    shapes.forEach((shape, k) => {
      const factor = (row[k] ?? 0) * (scales[k] ?? 0);
      for (let i = 0; i < values.length; i += 1) {
        values[i] = (values[i] ?? 0) + factor * (shape[i] ?? 0);
      }
    });
    return values;
  });
}

export interface ShapeCounts {
  readonly difference: number;
  readonly filter: number;
}

export function storeTemplates(
  set: TemplateSet,
  recipe: string,
  shapeCounts: ShapeCounts,
): StoredTemplates {
  const { kind, samples, normal, templates } = set;
  return {
    ...{ kind, samples, recipe },
    normalMicrovolt: Int16Array.from(normal, (value) => Math.round(1000 * value)),
    places: templates.map(({ region, site, frankMm }) => ({
      region,
      site,
      frankMm: [round(frankMm[0]), round(frankMm[1]), round(frankMm[2])],
    })),
    detectability: templates.map(({ detectability }) => round(detectability)),
    difference: toSharedShapes(
      templates.map(({ difference }) => difference),
      shapeCounts.difference,
    ),
    filter: toSharedShapes(
      templates.map(({ filter }) => filter),
      shapeCounts.filter,
    ),
  };
}

const round = (value: number): number => Number(value.toPrecision(6));

export function loadTemplates(stored: StoredTemplates): TemplateSet {
  const differences = fromSharedShapes(stored.difference);
  const filters = fromSharedShapes(stored.filter);
  const none = new Float64Array(INDEPENDENT_LEAD_COUNT * stored.samples);
  return {
    kind: stored.kind,
    samples: stored.samples,
    normal: Float64Array.from(stored.normalMicrovolt, (microvolt) => microvolt / 1000),
    templates: stored.places.map(({ region, site, frankMm }, s) => ({
      ...{ region, site, frankMm },
      difference: differences[s] ?? none,
      filter: filters[s] ?? none,
      detectability: stored.detectability[s] ?? 0,
    })),
  };
}

const toBase64 = (values: Int8Array | Int16Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
const wide = (text: string): Int16Array => new Int16Array(bytesOf(text).buffer);
const narrow = (text: string): Int8Array => new Int8Array(bytesOf(text).buffer);

interface ShapesJson {
  readonly shapes: readonly string[];
  readonly weights: readonly string[];
  readonly scales: readonly number[];
}

const shapesToJson = ({ shapes, weights, scales }: SharedShapes): ShapesJson => ({
  shapes: shapes.map(toBase64),
  weights: weights.map(toBase64),
  scales,
});

const shapesFromJson = ({ shapes, weights, scales }: ShapesJson): SharedShapes => ({
  shapes: shapes.map(narrow),
  weights: weights.map(wide),
  scales,
});

export function templatesToText(stored: StoredTemplates): string {
  const { normalMicrovolt, difference, filter, ...rest } = stored;
  const json = {
    format: FORMAT,
    ...rest,
    normalMicrovolt: toBase64(normalMicrovolt),
    difference: shapesToJson(difference),
    filter: shapesToJson(filter),
  };
  return `${JSON.stringify(json, null, 1)}\n`;
}

/** @throws {IsochroneError} TEMPLATES_INVALID */
export function templatesFromText(text: string, file: string): StoredTemplates {
  try {
    const json = JSON.parse(text) as Omit<
      StoredTemplates,
      'normalMicrovolt' | 'difference' | 'filter'
    > & {
      readonly format: string;
      readonly normalMicrovolt: string;
      readonly difference: ShapesJson;
      readonly filter: ShapesJson;
    };
    const { format, ...rest } = json;
    const stored: StoredTemplates = {
      ...rest,
      normalMicrovolt: wide(json.normalMicrovolt),
      difference: shapesFromJson(json.difference),
      filter: shapesFromJson(json.filter),
    };
    if (format === FORMAT && isConsistent(stored)) return stored;
  } catch (cause) {
    if (
      !(cause instanceof SyntaxError) &&
      !(cause instanceof TypeError || cause instanceof RangeError)
    )
      throw cause;
  }
  throw new IsochroneError('TEMPLATES_INVALID', `${file} holds no templates of this version`, {
    hint: 'Make them again: isochrone templates.',
    where: { file },
  });
}

function isConsistent({
  kind,
  samples,
  normalMicrovolt,
  places,
  ...shapes
}: StoredTemplates): boolean {
  const length = INDEPENDENT_LEAD_COUNT * samples;
  return (
    LESION_KINDS.includes(kind) &&
    normalMicrovolt.length === length &&
    places.length > 0 &&
    shapes.detectability.length === places.length &&
    [shapes.difference, shapes.filter].every(
      ({ shapes: rows, weights, scales }) =>
        rows.length > 0 &&
        rows.length === scales.length &&
        rows.every((row) => row.length === length) &&
        weights.length === places.length &&
        weights.every((row) => row.length === rows.length),
    )
  );
}
