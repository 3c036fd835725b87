/** One host process and many emulated devices at full rate: what it costs, whether all arrives, and how old a sample is when a page gets it. */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMonitor } from '../../host/monitor/server.js';
import { STREAM_PATH } from '../../host/monitor/messages.js';
import { openLink, type DeviceLink } from '../../host/serial/link.js';
import { socketTransport } from '../../host/serial/socket-transport.js';
import { SEGMENT_NAMES } from '../../host/serial/test-device.js';
import { quantiles, type Quantiles } from '../quantiles.js';
import { linePath } from './device-farm.js';

export interface ManyDevices {
  readonly devices: number;
  readonly seconds: number;
  readonly samplesDelivered: number;
  /** Of what the devices acquire in that time at 500 Hz; below 1 where the machine is overloaded. */
  readonly shareOfFullRate: number;
  readonly lostOnLink: number;
  readonly explanations: number;
  /** Of one core, the host process alone: links, one monitor server with `pages` readers. */
  readonly cpuPercent: number;
  readonly residentMegabytes: number;
  /** From the taking of a sample to its WebSocket message in the page's process, over all samples of one device. */
  readonly latencyMs: Quantiles;
}

const SAMPLE_MS = 2;
const WARM_UP_MS = 2000;

export async function measureManyDevices(options: {
  readonly devices: number;
  readonly seconds: number;
  readonly pages: number;
  readonly pageDir?: string;
}): Promise<ManyDevices> {
  const { devices, seconds, pages } = options;
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-farm-'));
  const farm = await startFarm(folder, devices);
  const monitor = await startMonitor(
    options.pageDir === undefined ? {} : { pageDir: options.pageDir },
  );
  const links: DeviceLink[] = [];
  const readers: ChildProcess[] = [];
  /** When the first sample of each frame of the watched device was taken. */
  const taken = new Map<number, number>();
  const ages: number[] = [];
  let counting = false;
  let delivered = 0;
  let explanations = 0;
  try {
    for (let i = 0; i < pages; i += 1) {
      const url = `${monitor.url.replace('http', 'ws').replace(/\/$/, '')}${STREAM_PATH}`;
      readers.push(
        await startReader(url, i === 0, (first, count, tick) => {
          const takenAt = taken.get(first);
          if (takenAt === undefined) return;
          taken.delete(first);
          if (!counting) return;
          const age = ((tick - takenAt) >>> 0) / 1000;
          for (let k = 0; k < count; k += 1) ages.push(age - k * SAMPLE_MS);
        }),
      );
    }
    for (let i = 0; i < devices; i += 1) {
      const link = openLink({
        transport: socketTransport({ path: linePath(folder, i) }),
        segmentNames: SEGMENT_NAMES,
      });
      links.push(link);
      link.on((event) => {
        if (event.kind === 'samples' && counting) delivered += event.microvolt[0]?.length ?? 0;
        if (event.kind === 'explanation' && counting) explanations += 1;
        if (i === 0) monitor.publish(event);
      });
      if (i === 0) {
        link.onMessage((message) => {
          if (message.kind === 'SAMPLES') taken.set(message.firstSampleIndex, message.deviceTick);
        });
      }
    }
    await Promise.all(links.map((link) => link.hello()));
    await pause(WARM_UP_MS);
    counting = true;
    const before = process.cpuUsage();
    const start = performance.now();
    await pause(seconds * 1000);
    counting = false;
    const spent = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(before);
    const lostOnLink = links.reduce((sum, link) => sum + link.statistics().samples.lostOnLink, 0);
    return {
      devices,
      seconds: spent,
      samplesDelivered: delivered,
      shareOfFullRate: delivered / (devices * 500 * spent),
      lostOnLink,
      explanations,
      cpuPercent: (user + system) / 1e4 / spent,
      residentMegabytes: process.memoryUsage().rss / 1e6,
      latencyMs: quantiles(ages),
    };
  } finally {
    await Promise.all(links.map((link) => link.close()));
    for (const reader of readers) reader.disconnect();
    await monitor.close();
    farm.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Devices in a process of their own, which ends with this one or when it is disconnected. */
export function startFarm(folder: string, devices: number): Promise<ChildProcess> {
  return started('./device-farm', [folder, String(devices)]);
}

/** A page in a process of its own; the first one tells when each run of samples came. */
async function startReader(
  url: string,
  tells: boolean,
  onSamples: (firstSampleIndex: number, count: number, tick: number) => void,
): Promise<ChildProcess> {
  const reader = await started('./page-reader', [url, tells ? 'tell' : 'read']);
  reader.on('message', (message) => {
    if (!Array.isArray(message)) return;
    const [first, count, tick] = message as number[];
    onSamples(first ?? 0, count ?? 0, tick ?? 0);
  });
  return reader;
}

/** The module beside this one, from the sources or from the build, in a process that ends with this one. */
function started(module: string, args: readonly string[]): Promise<ChildProcess> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const child = fork(fileURLToPath(new URL(`${module}${extension}`, import.meta.url)), [...args]);
  return new Promise((resolve, reject) => {
    child.once('message', () => {
      resolve(child);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`${module} ended with ${code}`));
    });
  });
}
