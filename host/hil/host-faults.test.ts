import { expect, it } from 'vitest';
import type { Transport, TransportHandlers } from '../serial/transport.js';
import { BenchLine } from './host-faults.js';

function line(): {
  bench: BenchLine;
  transport: Transport;
  far: () => TransportHandlers;
  sent: number[];
} {
  const bench = new BenchLine();
  let handlers: TransportHandlers | undefined;
  const sent: number[] = [];
  const transport = bench.wrap({
    name: 'line',
    open: (given) => {
      handlers = given;
      return Promise.resolve();
    },
    write: (bytes) => {
      sent.push(...bytes);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
  const far = (): TransportHandlers => handlers ?? expect.fail('the line is not open');
  return { bench, transport, far, sent };
}

const listener = (): { got: number[]; ends: string[]; handlers: TransportHandlers } => {
  const got: number[] = [];
  const ends: string[] = [];
  const onBytes = (chunk: Uint8Array): void => void got.push(...chunk);
  return { got, ends, handlers: { onBytes, onClosed: (reason) => ends.push(reason) } };
};

it('loses one byte of the next chunk for each that it is asked to lose', async () => {
  const { bench, transport, far } = line();
  const near = listener();
  await transport.open(near.handlers);
  bench.dropByte();
  far().onBytes(Uint8Array.of(1, 2, 3));
  far().onBytes(Uint8Array.of(4, 5));
  expect(near.got).toEqual([1, 3, 4, 5]);
  expect(bench.pending).toBe(0);
});

it('is shared with who taps it, until it closes', async () => {
  const { bench, transport, far, sent } = line();
  const [near, other] = [listener(), listener()];
  await transport.open(near.handlers);
  const tap = bench.tap();
  await tap.open(other.handlers);
  await tap.write(Uint8Array.of(9));
  far().onBytes(Uint8Array.of(7));
  expect([near.got, other.got, sent]).toEqual([[7], [7], [9]]);
  far().onClosed('gone');
  expect([near.ends, other.ends]).toEqual([['gone'], ['gone']]);
  await tap.close();
  far().onBytes(Uint8Array.of(8));
  expect(other.got).toEqual([7]);
});
