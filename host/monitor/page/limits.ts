/** The limits of the alarms about the heart: what they may be, and what was chosen on this screen. */

export interface HeartLimits {
  readonly lowPerMin: number;
  readonly highPerMin: number;
  /** A time without a beat that is an alarm. */
  readonly pauseS: number;
}

/** The project's own choice. */
export const DEFAULT_LIMITS: HeartLimits = { lowPerMin: 40, highPerMin: 140, pauseS: 4 };

/** None can be switched off, and none can be set where it would never or always speak. */
export const LIMIT_RANGES: Readonly<
  Record<keyof HeartLimits, { readonly least: number; readonly most: number }>
> = {
  lowPerMin: { least: 20, most: 80 },
  highPerMin: { least: 90, most: 250 },
  pauseS: { least: 2, most: 10 },
};

/** What a browser keeps; asking for it may throw already, where the user allows none. */
interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const KEY = 'isochrone-heart-limits';

const isWithin = (name: keyof HeartLimits, value: unknown): value is number =>
  typeof value === 'number' &&
  value >= LIMIT_RANGES[name].least &&
  value <= LIMIT_RANGES[name].most;

/** Whatever was stored or typed: what is out of its range becomes the default. */
export function checkedLimits(values: Readonly<Record<string, unknown>>): HeartLimits {
  const take = (name: keyof HeartLimits): number => {
    const value = values[name];
    return isWithin(name, value) ? value : DEFAULT_LIMITS[name];
  };
  return {
    lowPerMin: take('lowPerMin'),
    highPerMin: take('highPerMin'),
    pauseS: take('pauseS'),
  };
}

export function readLimits(storage: () => Pick<TextStore, 'getItem'>): HeartLimits {
  try {
    const stored: unknown = JSON.parse(storage().getItem(KEY) ?? '{}');
    return checkedLimits(stored !== null && typeof stored === 'object' ? { ...stored } : {});
  } catch {
    return DEFAULT_LIMITS; // a damaged entry, or a browser that keeps nothing
  }
}

export function keepLimits(storage: () => Pick<TextStore, 'setItem'>, limits: HeartLimits): void {
  try {
    storage().setItem(KEY, JSON.stringify(limits));
  } catch {
    // A browser that keeps nothing: the limits hold until the page goes.
  }
}

export const limitWords = ({ lowPerMin, highPerMin, pauseS }: HeartLimits): string =>
  `${lowPerMin}–${highPerMin} /min, ${pauseS} s`;
