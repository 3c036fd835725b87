/** Words of `isochrone synthesize` that are more than a number or a choice. */
import { InvalidArgumentError } from 'commander';
import { ELECTRODE_NAMES } from '../records/synthetic/torso.js';
import type { Disturbances, ElectrodeName } from '../records/synthetic/disturbances.js';
import { SEGMENT_COUNT, ventricularLattice } from '../records/synthetic/lattice.js';

/** `4,10,15` */
export function segmentList(text: string): readonly number[] {
  const segments = text.split(',').map(Number);
  const wrong = segments.find((s) => !(Number.isInteger(s) && s >= 1 && s <= SEGMENT_COUNT));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(`segments are whole numbers from 1 to ${SEGMENT_COUNT}`);
  }
  return [...new Set(segments)].sort((a, b) => a - b);
}

/** `node:N`, or `segment:N`: the node in the middle of that segment's list. */
export function ectopicPlace(text: string): number {
  const [kind = '', rest = ''] = text.split(':');
  const value = Number(rest);
  const { nodes } = ventricularLattice();
  if (kind === 'node' && rest !== '' && Number.isInteger(value) && nodes[value] !== undefined) {
    return value;
  }
  const own = nodes.flatMap(({ segment }, index) => (segment === value ? [index] : []));
  const middle = own[Math.floor(own.length / 2)];
  if (kind !== 'segment' || middle === undefined) {
    throw new InvalidArgumentError(
      `node:0 to node:${nodes.length - 1}, or segment:1 to segment:${SEGMENT_COUNT}`,
    );
  }
  return middle;
}

/** `RA-LA,V1-V2` */
export function electrodePairs(text: string): Disturbances['reversed'] {
  return text.split(',').map((pair) => {
    const [a = '', b = '', ...more] = pair.split('-');
    if (more.length > 0 || a === b) throw new InvalidArgumentError('pairs such as RA-LA,V1-V2');
    return [electrode(a), electrode(b)] as const;
  });
}

/** `V3:2-5,RA:7-8`, seconds */
export function electrodesOff(text: string): Disturbances['off'] {
  return text.split(',').map((one) => {
    const parts = /^(\w+):([\d.]+)-([\d.]+)$/u.exec(one);
    if (parts === null) throw new InvalidArgumentError('such as V3:2-5, seconds');
    return {
      electrode: electrode(parts[1] ?? ''),
      fromS: Number(parts[2]),
      toS: Number(parts[3]),
    };
  });
}

function electrode(text: string): ElectrodeName {
  const name = ELECTRODE_NAMES.find((known) => known === text);
  if (name === undefined) {
    throw new InvalidArgumentError(`electrodes are ${ELECTRODE_NAMES.join(' ')}`);
  }
  return name;
}
