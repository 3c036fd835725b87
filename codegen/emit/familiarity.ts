/** What network.h and network.c say of the windows that the network was trained on (iso_familiarity.h). */
import type { Familiarity } from '../quantize/familiarity.js';
import { constantArray } from './c-text.js';

const TABLES = [
  ['int16_t', 'iso_net_familiarity_mean', (of: Familiarity): readonly number[] => of.mean],
  ['uint16_t', 'iso_net_familiarity_gain', (of: Familiarity): readonly number[] => of.gain],
  ['int8_t', 'iso_net_familiarity_directions', (of: Familiarity) => of.directions.flat()],
  ['uint8_t', 'iso_net_familiarity_forgiven', (of: Familiarity): readonly number[] => of.forgiven],
] as const;

export function familiarityHeader(trained: Familiarity | undefined): readonly string[] {
  const about =
    '/* Windows like those of the training data: fields of iso_familiarity; 0: not known. */';
  if (trained === undefined) return [about, '#define ISO_NET_FAMILIARITY_DIRECTIONS 0'];
  return [
    about,
    `#define ISO_NET_FAMILIARITY_DIRECTIONS ${trained.directions.length}`,
    `#define ISO_NET_FAMILIARITY_LIMIT ${trained.limit}u`,
    `#define ISO_NET_FAMILIARITY_MIDDLE {${trained.middle.join(', ')}}`,
    `#define ISO_NET_FAMILIARITY_HALF_WIDTH {${trained.halfWidth.join(', ')}}`,
    ...TABLES.map(
      ([type, name, values]) => `extern const ${type} ${name}[${values(trained).length}];`,
    ),
  ];
}

export function familiaritySource(trained: Familiarity | undefined): string {
  if (trained === undefined) return '';
  // Other files read them.
  const tables = TABLES.map(([type, name, values]) =>
    constantArray(type, name, values(trained)).replace(/^static /, ''),
  );
  return `\n${tables.join('')}`;
}

const WIDTHS = { int8_t: 1, uint8_t: 1, int16_t: 2, uint16_t: 2 } as const;

/** Of flash, where the application reads them. */
export function familiarityBytes(trained: Familiarity | undefined): number {
  if (trained === undefined) return 0;
  return TABLES.reduce((sum, [type, , values]) => sum + WIDTHS[type] * values(trained).length, 0);
}
