/**
 * Test helper: a built image, booted, its link open, and everything that it says collected.
 */
import { join } from 'node:path';
import { packageRoot } from '../../../codegen/package-root.js';
import { injectRecord, socketWriter, type Injected } from '../../../host/flash/injector.js';
import { bootQemu, type BootOptions, type EmulatedDevice } from '../../../host/flash/qemu.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { openLink, type DeviceLink } from '../../../host/serial/link.js';
import { serialTransport } from '../../../host/serial/serial-transport.js';
import type { StreamEvent } from '../../../host/stream/events.js';

export const FIXTURES = join(packageRoot(), 'tests', 'end-to-end', 'emulator', 'fixtures');
export const SEGMENT_NAMES = Array.from({ length: 21 }, (_, index) => `segment ${index + 1}`);

export interface ConnectedDevice {
  readonly device: EmulatedDevice;
  readonly link: DeviceLink;
  readonly events: StreamEvent[];
  /** The first event, past or future, that the test accepts. */
  waitFor<Kind extends StreamEvent['kind']>(
    kind: Kind,
    timeoutMs: number,
    accept?: (event: Extract<StreamEvent, { kind: Kind }>) => boolean,
  ): Promise<Extract<StreamEvent, { kind: Kind }>>;
  stop(): Promise<void>;
}

/** @param whileHalted what is done to the board before its first instruction; it may let it run, too */
export async function connect(
  options: BootOptions,
  whileHalted?: () => Promise<void>,
): Promise<ConnectedDevice> {
  const device = await bootQemu(options);
  const transport = serialTransport({ path: device.linkPath, baudRate: 921600 });
  const link = openLink({
    transport,
    segmentNames: SEGMENT_NAMES,
    expectedFirstSampleIndex: 0,
    timing: { helloTimeoutMs: 30_000, staleAfterMs: 20_000 },
  });
  const events: StreamEvent[] = [];
  const waiters = new Set<() => void>();
  link.on((event) => {
    events.push(event);
    for (const waiter of waiters) waiter();
  });
  // The port must be open before the device speaks.
  while (link.state === 'closed' || link.state === 'opening') {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await whileHalted?.();
  await device.release();
  return {
    device,
    link,
    events,
    waitFor: (kind, timeoutMs, accept = () => true) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          for (const event of events) {
            if (event.kind !== kind) continue;
            const found = event as Extract<StreamEvent, { kind: typeof kind }>;
            if (!accept(found)) continue;
            clearTimeout(timer);
            waiters.delete(look);
            resolve(found);
            return;
          }
        };
        const timer = setTimeout(() => {
          waiters.delete(look);
          const seen = [...new Set(events.map((event) => event.kind))].join(', ');
          reject(new Error(`no ${kind} within ${timeoutMs} ms; seen: ${seen}`));
        }, timeoutMs);
        waiters.add(look);
        look();
      }),
    stop: async () => {
      await link.close();
      await device.kill();
    },
  };
}

/** The samples that came back, in order, sample-major. */
export function returnedSamples(events: readonly StreamEvent[]): Int16Array {
  const values: number[] = [];
  for (const event of events) {
    if (event.kind !== 'samples') continue;
    const count = event.microvolt[0]?.length ?? 0;
    for (let i = 0; i < count; i += 1) {
      for (const lead of event.microvolt) values.push(lead[i] ?? Number.NaN);
    }
  }
  return Int16Array.from(values);
}

export function inject(
  connected: ConnectedDevice,
  microvolt: Int16Array,
  speed: number,
): Promise<Injected> {
  return injectRecord({
    write: socketWriter(connected.device.inject),
    microvolt,
    sampleCount: microvolt.length / 8,
    speed,
    samplesReturned: () =>
      connected.events.reduce(
        (sum, event) => sum + (event.kind === 'samples' ? (event.microvolt[0]?.length ?? 0) : 0),
        0,
      ),
  });
}

/**
 * Eight leads with a beat each 0.8 s: triangles of different height in each lead, so that a swapped lead or a shifted sample
 * shows, and a slow wave under them.
 */
export function pulseRecord(sampleCount: number): Int16Array {
  const out = new Int16Array(sampleCount * 8);
  for (let t = 0; t < sampleCount; t += 1) {
    const phase = t % 400;
    const qrs = phase < 20 ? 100 - 10 * Math.abs(phase - 10) : 0;
    const tWave = phase >= 100 && phase < 200 ? 50 - Math.abs(phase - 150) : 0;
    for (let lead = 0; lead < 8; lead += 1) {
      const drift = 50 * Math.sin((2 * Math.PI * t) / 2500 + lead);
      out[t * 8 + lead] = Math.round(qrs * (4 + lead) * 2 + tWave * (8 - lead) + drift);
    }
  }
  return out;
}

/** A signal that the default network answers: it takes what is unlike a heart for what it is. */
export function patientRecord(seconds: number): Int16Array {
  return toAcquisition(synthesizePatient({ ...DEFAULT_PATIENT, durationS: seconds }).record)
    .microvolt;
}
