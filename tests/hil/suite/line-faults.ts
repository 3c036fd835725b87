/** Faults of the lines and of the front end: what is lost is told, to the sample, and everything else goes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { INJECT_FRAME_SAMPLES, NOT_MEASURED } from '../../../host/flash/injector.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import { ELECTRODES } from '../../../host/stream/events.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

const NEEDS = { needs: ['inject'] } as const;

export function lineFaultTests(bench: Bench): void {
  const record = (seconds: number): Int16Array =>
    toAcquisition(synthesizePatient({ ...DEFAULT_PATIENT, durationS: seconds }).record).microvolt;

  hil(bench, 'tells samples that its front end missed', NEEDS, async (device) => {
    await device.restart();
    const missing = new Set([40, 90, 91, 92]);
    device.records.fault('samples_missing', '20 samples at 1.6 s, 60 at 3.6 s');
    const books = await device.inject({
      microvolt: record(8),
      speed: bench.speed,
      line: (frame, bytes) => Promise.resolve(missing.has(frame) ? undefined : bytes),
    });
    expect(books).toMatchObject({
      droppedByDevice: missing.size * INJECT_FRAME_SAMPLES,
      lostOnLink: 0,
    });
    expect(device.eventsOf('gap').map((gap) => gap.firstSampleIndex)).toEqual([800, 1800]);
  });

  hil(bench, 'tells samples that a byte was lost of on their way in', NEEDS, async (device) => {
    await device.restart();
    const damaged = [50, 120];
    device.records.fault('byte_dropped_to_device', 'a byte of two frames of 20 samples');
    const books = await device.inject({
      microvolt: record(8),
      speed: bench.speed,
      line: (frame, bytes) => Promise.resolve(damaged.includes(frame) ? withoutByte(bytes) : bytes),
    });
    expect(books).toMatchObject({
      droppedByDevice: damaged.length * INJECT_FRAME_SAMPLES,
      lostOnLink: 0,
    });
    expect(device.eventsOf('status').at(-1)?.receiveErrors).toBe(damaged.length);
  });

  hil(bench, 'loses no more than a frame to a byte lost on its way out', NEEDS, async (device) => {
    await device.restart();
    const at = [50, 90, 130];
    device.records.fault('byte_dropped_to_host', `${at.length} bytes`);
    const books = await device.inject({
      microvolt: record(8),
      speed: bench.speed,
      line: (frame, bytes) => {
        if (at.includes(frame)) device.line.dropByte();
        return Promise.resolve(bytes);
      },
    });
    const { crcErrors, damagedFrames, resyncs } = device.connection.statistics();
    device.records.measure('samples lost on the link', books.lostOnLink, 'samples', {
      // A frame of ten samples each; two where the delimiter died.
      most: at.length * 2 * 10,
    });
    expect(device.line.pending).toBe(0);
    device.records.measure('damaged frames seen', crcErrors + damagedFrames, 'frames', {
      least: 1,
    });
    device.records.measure('resynchronisations', resyncs, 'times', { least: 1 });
    expect(books.droppedByDevice).toBe(0);
  });

  hil(bench, 'waits for a front end that pauses', NEEDS, async (device) => {
    await device.restart();
    device.records.fault('samples_paused', 'no sample for 2.5 s');
    let during = 0;
    const books = await device.inject({
      microvolt: record(6),
      speed: bench.speed,
      line: async (frame, bytes) => {
        if (frame === 75) {
          const before = device.eventsOf('status').length;
          await sleep(2500);
          during = device.eventsOf('status').length - before;
        }
        return bytes;
      },
    });
    device.records.measure('STATUS during the pause', during, 'messages', { least: 1 });
    expect(books).toMatchObject({ lostOnLink: 0, droppedByDevice: 0 });
  });

  const pauseMs = 5000;
  hil(bench, 'outlasts a host that does nothing for 5 s', NEEDS, async (device) => {
    await device.restart();
    device.records.fault('host_paused', `${pauseMs} ms`);
    const books = await device.inject({
      microvolt: record(8),
      speed: bench.speed,
      line: (frame, bytes) => {
        if (frame === 75) device.pauseHost(pauseMs);
        return Promise.resolve(bytes);
      },
    });
    // An emulated port holds back what it has no room for; a real line has no such patience, and says what it left out.
    if (bench.entry.kind === 'emulator') {
      expect(books).toMatchObject({ lostOnLink: 0, droppedByDevice: 0 });
    }
    expect(device.connection.state).toBe('streaming');
  });

  hil(
    bench,
    'names each electrode that comes off, and its return',
    { needs: ['contacts'] },
    async (device) => {
      await device.restart();
      const cycle = 1500;
      const [from, to] = [200, 800];
      const all = (1 << ELECTRODES.length) - 1;
      await device.inject({
        microvolt: record((ELECTRODES.length * cycle) / 500),
        speed: bench.speed,
        contactAt: (sampleIndex) => {
          const phase = sampleIndex % cycle;
          const off = phase >= from && phase < to ? 1 << Math.floor(sampleIndex / cycle) : 0;
          return { ...NOT_MEASURED, contactMeasured: all, contactOff: off };
        },
      });
      const states = device.eventsOf('signal');
      for (const [index, electrode] of ELECTRODES.entries()) {
        device.records.fault('lead_off', electrode);
        const begin = index * cycle;
        const inCycle = states.filter(({ sampleIndex: at }) => at >= begin && at < begin + cycle);
        const told = inCycle.find(({ electrodes }) => electrodes[electrode] === 'off');
        device.records.measure(
          `${electrode} off to told`,
          msBetween(begin + from, told?.sampleIndex),
          'ms',
          {
            least: 0,
            // 0.2 s of evidence, after core/iso_lead_off.h, and a frame of samples.
            most: 250,
          },
        );
        const others = inCycle.flatMap(({ electrodes }) =>
          ELECTRODES.filter((other) => other !== electrode && electrodes[other] === 'off'),
        );
        expect(others).toEqual([]);
        // On again a second after the bit: within the next cycle.
        const back = states.find(
          ({ sampleIndex: at, electrodes }) => at >= begin + to && electrodes[electrode] === 'on',
        );
        const last = index === ELECTRODES.length - 1;
        if (!last || back !== undefined) {
          device.records.measure(
            `${electrode} on to told`,
            msBetween(begin + to, back?.sampleIndex),
            'ms',
            {
              least: 0,
              most: 1100,
            },
          );
        }
      }
      expect(device.eventsOf('withheld').map(({ reason }) => reason)).toContain('lead_off');
    },
  );

  hil(bench, 'tells electrodes whose lead is opened', { needs: ['electrodes'] }, async (device) => {
    await device.hello();
    for (const electrode of ELECTRODES) {
      device.records.fault('lead_off', electrode);
      await device.target.rig.electrode(electrode, false);
      await device.expect('signal', ({ electrodes }) => electrodes[electrode] === 'off', 5000);
      const open = device.eventsOf('signal').length;
      await device.target.rig.electrode(electrode, true);
      await device.until(`${electrode} on again`, 5000, () =>
        device
          .eventsOf('signal')
          .slice(open)
          .find(({ electrodes }) => electrodes[electrode] === 'on'),
      );
    }
  });
}

function withoutByte(bytes: Uint8Array): Uint8Array {
  const at = bytes.length >> 1;
  return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
}

const msBetween = (from: number, to: number | undefined): number => ((to ?? NaN) - from) * 2;
