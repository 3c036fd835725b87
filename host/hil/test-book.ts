/** The record of the test that runs: what it measures, does and sees. */
import { IsochroneError } from '../../codegen/errors.js';
import {
  addBooks,
  measurement,
  NO_SAMPLES,
  type FaultKind,
  type Limits,
  type Measurement,
  type SampleBooks,
  type Trace,
} from './record.js';

export class TestBook {
  readonly measurements: Measurement[] = [];
  readonly faults: { readonly kind: FaultKind; readonly what: string }[] = [];
  samples: SampleBooks = NO_SAMPLES;
  trace: Trace | undefined;

  /**
   * Kept whether it holds or not.
   * @throws IsochroneError HIL_LIMIT where it does not
   */
  measure(name: string, value: number, unit: string, limits: Limits): void {
    const entry = measurement(name, value, unit, limits);
    this.measurements.push(entry);
    if (entry.holds) return;
    const bounds = [
      ...(limits.least === undefined ? [] : [`at least ${limits.least}`]),
      ...(limits.most === undefined ? [] : [`at most ${limits.most}`]),
    ].join(' and ');
    throw new IsochroneError('HIL_LIMIT', `${name} is ${value} ${unit}, wanted: ${bounds}`, {
      hint: 'The serial log of the test says what the device did meanwhile.',
      where: { measurement: name, value },
    });
  }

  fault(kind: FaultKind, what: string): void {
    this.faults.push({ kind, what });
  }

  /** @throws IsochroneError HIL_LIMIT where a sample is unaccounted for or came back altered */
  account(books: SampleBooks): void {
    this.samples = addBooks(this.samples, books);
    this.measure('samples unaccounted for', books.unaccounted, 'samples', { least: 0, most: 0 });
    this.measure('samples altered', books.altered, 'samples', { least: 0, most: 0 });
  }
}
