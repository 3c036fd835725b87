/** A rig without hardware: it remembers what it was told, and tells who listens. */
import type { Electrode } from '../stream/events.js';
import type { Fixture } from './fixtures.js';
import { noFixture, type Rig } from './rig.js';

export interface FakeRig extends Rig {
  /** What it was told, in order: `power on`, `reset asserted`, `V3 open`. */
  readonly told: readonly string[];
  press(): void;
}

/** @param onPower whoever stands for the device's supply */
export function fakeRig(
  device: string,
  fixtures: readonly Fixture[],
  onPower: (on: boolean) => Promise<void> = () => Promise.resolve(),
): FakeRig {
  const told: string[] = [];
  const listeners = new Set<() => void>();
  const has = new Set(fixtures);
  const tell = (fixture: Fixture, text: string): Promise<void> => {
    if (!has.has(fixture)) return Promise.reject(noFixture(device, fixture));
    told.push(text);
    return Promise.resolve();
  };
  const power = async (on: boolean): Promise<void> => {
    await tell('power', on ? 'power on' : 'power off');
    await onPower(on);
  };
  return {
    fixtures: has,
    told,
    rest: () => (has.has('power') ? power(true) : Promise.resolve()),
    power,
    reset: (asserted) => tell('reset', `reset ${asserted ? 'asserted' : 'let go'}`),
    boot: (asserted) => tell('boot', `boot ${asserted ? 'asserted' : 'let go'}`),
    electrode: (electrode: Electrode, connected) =>
      tell('electrodes', `${electrode} ${connected ? 'connected' : 'open'}`),
    onButton: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    press: () => {
      for (const listener of listeners) listener();
    },
    close: () => Promise.resolve(),
  };
}
