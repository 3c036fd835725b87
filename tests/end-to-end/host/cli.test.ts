/** `record`, `replay`, `stream`, `monitor` as processes, on a device that speaks the wire on a socket or on a pty. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readWfdb } from '../../../host/records/wfdb.js';
import type { StreamEvent } from '../../../host/stream/events.js';
import { buildProgram, isochrone, type Program } from '../../support/program.js';
import { microvoltAt, startWireDevice, type WireDevice } from '../../support/wire-device.js';

const folder = mkdtempSync(join(tmpdir(), 'isochrone-cli-'));
const pty = join(folder, 'tty');
let device: WireDevice;
let line: ChildProcess | undefined;

beforeAll(async () => {
  buildProgram();
  device = await startWireDevice('bed-7');
});
afterAll(async () => {
  line?.kill();
  await device.close();
  rmSync(folder, { recursive: true, force: true });
});

const eventsOf = (run: Program): StreamEvent[] =>
  run
    .standardOutput()
    .split('\n')
    .slice(0, -1)
    .map((text) => JSON.parse(text) as StreamEvent);
const ofKind = <K extends StreamEvent['kind']>(
  events: readonly StreamEvent[],
  kind: K,
): Extract<StreamEvent, { kind: K }>[] =>
  events.filter((event): event is Extract<StreamEvent, { kind: K }> => event.kind === kind);

/** Ends a program as Ctrl-C does; gives its exit code. */
function interrupt(run: Program): Promise<number | null> {
  run.child.kill('SIGINT');
  return run.ended;
}

describe('record and replay', () => {
  it('a device becomes a record with its events and marks, and the record becomes the same stream', async () => {
    const out = join(folder, 'records');
    const run = isochrone([
      'record',
      '--device',
      device.address,
      '--out',
      out,
      '--name',
      'bed-7',
      '--marks',
    ]);
    await run.seen('link streaming');
    const text = 'patient moved';
    const marking = setInterval(() => run.child.stdin.write(`${text}\n`), 500);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    clearInterval(marking);
    expect(await interrupt(run), run.output()).toBe(0);

    const record = await readWfdb(join(out, 'bed-7-0001'));
    const start = record.firstSampleIndex ?? NaN;
    expect(record.leads[0]?.microvolt.length).toBeGreaterThan(2500);
    for (const [lead, { microvolt }] of record.leads.entries()) {
      expect(microvolt.every((value, t) => value === microvoltAt(start + t, lead))).toBe(true);
    }
    const kept = (record.events ?? []).map(({ event }) => event);
    expect(ofKind(kept, 'mark').map((mark) => mark.text)).toContain(text);
    expect(ofKind(kept, 'explanation').length).toBeGreaterThan(0);

    const again = isochrone([
      'replay',
      join(out, 'bed-7-0001'),
      '--speed',
      '1000',
      '--no-page',
      '--lines',
    ]);
    expect(await again.ended, again.output()).toBe(0);
    const replayed = eventsOf(again);
    for (const kind of ['hello', 'beat', 'measurement', 'result', 'explanation', 'mark'] as const) {
      expect(ofKind(replayed, kind), kind).toEqual(ofKind(kept, kind));
    }
    const samples = ofKind(replayed, 'samples');
    expect(samples[0]?.firstSampleIndex).toBe(start);
    expect(samples.flatMap(({ microvolt }) => microvolt[3] ?? [])).toEqual([
      ...(record.leads[3]?.microvolt ?? []),
    ]);
  });

  it.each(['../up', '/etc/up'])('takes no record name that leads elsewhere: "%s"', async (name) => {
    const out = join(folder, 'inside');
    mkdirSync(out, { recursive: true });
    const run = isochrone(['record', '--device', device.address, '--out', out, '--name', name]);
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('RECORD_WRITE_FAILED');
    expect(readdirSync(out)).toEqual([]);
    expect(readdirSync(folder).filter((file) => file.startsWith('up'))).toEqual([]);
  });
});

describe('stream', () => {
  it('gives the events of a device on a serial port as lines of JSON', async () => {
    line = spawn('socat', [`pty,raw,echo=0,link=${pty}`, `tcp:127.0.0.1:${device.port}`]);
    await expect.poll(() => existsSync(pty), { timeout: 10_000 }).toBe(true);
    const run = isochrone(['stream', '--device', pty, '--board', 'mps2-an386']);
    await run.seen('"kind":"explanation"');
    expect(await interrupt(run), run.output()).toBe(0);
    const events = eventsOf(run);
    expect(ofKind(events, 'hello')[0]?.boardName).toBe('bed-7');
    expect(ofKind(events, 'gap')).toEqual([]);
    expect(ofKind(events, 'beat').length).toBeGreaterThan(2);
    const samples = ofKind(events, 'samples');
    let next = samples[0]?.firstSampleIndex ?? NaN;
    for (const { firstSampleIndex, microvolt } of samples) {
      expect(firstSampleIndex).toBe(next);
      expect(microvolt[7]?.[0]).toBe(microvoltAt(next, 7));
      next += microvolt[0]?.length ?? 0;
    }
  });

  it('ends when nobody reads it any more', async () => {
    const run = isochrone(['stream', '--device', device.address]);
    await run.seen('"kind":"samples"');
    run.child.stdout.destroy();
    expect(await run.ended, run.output()).toBe(0);
    expect(run.output()).not.toContain('EPIPE');
  });
});

describe('monitor', () => {
  it('serves a page that streams, and records meanwhile', async () => {
    const out = join(folder, 'monitored');
    const run = isochrone(['monitor', '--device', device.address, '--record', out]);
    const [, url = ''] = await run.seen(/^page +(\S+)$/mu);
    expect(await (await fetch(url)).text()).toContain('<title>');
    const kinds = new Set<string>();
    const socket = new WebSocket(`${url.replace('http', 'ws')}stream`);
    socket.on('message', (data: Buffer) => {
      kinds.add((JSON.parse(data.toString()) as { kind: string }).kind);
    });
    await expect
      .poll(() => [...kinds], { timeout: 20_000 })
      .toEqual(expect.arrayContaining(['snapshot', 'samples', 'beat', 'result', 'explanation']));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    expect(await interrupt(run), run.output()).toBe(0);
    await closed;
    expect((await readWfdb(join(out, 'record-0001'))).leads).toHaveLength(8);
  });
});

describe('ports', () => {
  it('are listed without opening any', async () => {
    const run = isochrone(['ports', '--json']);
    expect(await run.ended, run.output()).toBe(0);
    expect(JSON.parse(run.standardOutput())).toBeInstanceOf(Array);
  });
});
