/** The hands of a bench: what switches a device's power, pulls its lines, opens its electrode leads. */
import { IsochroneError } from '../../codegen/errors.js';
import type { Electrode } from '../stream/events.js';
import type { Fixture } from './fixtures.js';
import type { VoltageOutputs } from './signal-source.js';

/**
 * Every state is driven, and where the hardware can say so read back; none is assumed. Whether the device obeyed is for the
 * caller to see: a power cycle by another bootId.
 */
export interface Rig {
  readonly fixtures: ReadonlySet<Fixture>;
  /** Power on, no line pulled, every electrode connected. @throws IsochroneError HIL_RIG */
  rest(): Promise<void>;
  /** @throws IsochroneError HIL_NO_FIXTURE, HIL_RIG; so do the others */
  power(on: boolean): Promise<void>;
  reset(asserted: boolean): Promise<void>;
  boot(asserted: boolean): Promise<void>;
  electrode(electrode: Electrode, connected: boolean): Promise<void>;
  /** Of a rig that can put a signal on the electrodes. */
  readonly voltages?: VoltageOutputs;
  /** Gives a function that ends it. */
  onButton(listener: () => void): () => void;
  /** Leaves the device as rest() does; idempotent. */
  close(): Promise<void>;
}

export function noFixture(device: string, fixture: Fixture): IsochroneError {
  return new IsochroneError('HIL_NO_FIXTURE', `${device} has no fixture "${fixture}"`, {
    hint: 'Wire it and say so in the bench map (docs/hil.md), or leave out the tests that need it.',
    where: { device, fixture },
  });
}

/** A rig without hands, for a board that a person powers. */
export function bareRig(device: string): Rig {
  const refuse = (fixture: Fixture): Promise<never> => Promise.reject(noFixture(device, fixture));
  return {
    fixtures: new Set(),
    rest: () => Promise.resolve(),
    power: () => refuse('power'),
    reset: () => refuse('reset'),
    boot: () => refuse('boot'),
    electrode: () => refuse('electrodes'),
    onButton: () => () => undefined,
    close: () => Promise.resolve(),
  };
}
