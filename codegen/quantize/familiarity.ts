/**
 * Statistics of the windows that a network was trained on, in the integers that the device compares with (firmware-templates/core/iso_familiarity.h,
 * where each field is explained). They say nothing of the network: they lie beside it because they are of the same records.
 */
export interface Familiarity {
  /** Windows that they were taken from. */
  readonly windows: number;
  /** [feature], 12 fraction bits. */
  readonly mean: readonly number[];
  /** [feature]. */
  readonly gain: readonly number[];
  /** [direction][feature], 7 fraction bits. */
  readonly directions: readonly (readonly number[])[];
  /** [direction], 256ths. */
  readonly forgiven: readonly number[];
  /** Of the squared distance, 16 fraction bits. */
  readonly limit: number;
  /** [measure]. */
  readonly middle: readonly number[];
  readonly halfWidth: readonly number[];
}

/** Of `iso_reversal_features`. */
export const FAMILIARITY_FEATURES = 72;
export const FAMILIARITY_MEASURES = 4;
/** A uint8_t counts them. */
const MOST_DIRECTIONS = FAMILIARITY_FEATURES;

/** Whether everything is there and every number fits its field in C. */
export function isFamiliarity(value: unknown): value is Familiarity {
  if (typeof value !== 'object' || value === null) return false;
  const { windows, mean, gain, directions, forgiven, limit, middle, halfWidth } = value as Partial<
    Record<keyof Familiarity, unknown>
  >;
  return (
    whole(1, 2 ** 31)(windows) &&
    list(mean, FAMILIARITY_FEATURES, whole(-32_768, 32_767)) &&
    list(gain, FAMILIARITY_FEATURES, whole(0, 65_535)) &&
    Array.isArray(directions) &&
    directions.length <= MOST_DIRECTIONS &&
    directions.every((one) => list(one, FAMILIARITY_FEATURES, whole(-128, 127))) &&
    list(forgiven, directions.length, whole(0, 255)) &&
    whole(1, 2 ** 32 - 1)(limit) &&
    list(middle, FAMILIARITY_MEASURES, whole(-32_768, 32_767)) &&
    list(halfWidth, FAMILIARITY_MEASURES, whole(1, 32_767))
  );
}

const whole =
  (least: number, most: number) =>
  (value: unknown): boolean =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

function list(value: unknown, length: number, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length === length && value.every(holds);
}
