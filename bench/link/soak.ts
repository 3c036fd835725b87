/**
 * A day on the line in accelerated time: an emulated device behind a connection that reconnects, with random unplugging, resets, lead-off and
 * damage. Every sample that the device acquired is delivered, reported missing, or was still on its way when the device lost its
 * memory, which no host can know; that share is counted from the device's side. The heap is looked at in between.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memoryTransport, type MemoryDevice } from '../../host/serial/memory-transport.js';
import { connectDevice } from '../../host/serial/device-connection.js';
import { FrameEncoder } from '../../host/protocol/frame.js';
import type { DeviceMessage } from '../../host/protocol/messages.js';
import {
  helloMessage,
  samplesMessage,
  SEGMENT_NAMES,
  statusMessage,
} from '../../host/serial/test-device.js';
import { Random } from './random.js';

export interface SoakFigures {
  readonly hours: number;
  readonly samplesAcquired: number;
  readonly samplesDelivered: number;
  readonly reportedLostOnLink: number;
  readonly reportedDroppedByDevice: number;
  /** Behind the last frame that arrived before a reset, or not yet sent when it came. */
  readonly lostWithReset: number;
  readonly balance: boolean;
  readonly unplugs: number;
  readonly resets: number;
  readonly leadOffs: number;
  readonly damagedFrames: number;
  readonly connections: number;
  /** Megabytes in use after a collection: at the start, in the middle, at the end; the highest of all looks. */
  readonly heapMegabytes: {
    readonly start: number;
    readonly middle: number;
    readonly end: number;
    readonly most: number;
  };
  /** Signal time over wall-clock time. */
  readonly speed: number;
}

const RATE_HZ = 500;
const PER_FRAME = 10;
/** A rail of the front end, as an electrode that hangs free gives it. */
const RAIL_MICROVOLT = 32_767;
/** Looks at the heap. */
const LOOKS = 24;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const megabytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

export async function soak(options: {
  readonly hours: number;
  readonly seed: number;
  readonly onProgress?: (hour: number) => void;
}): Promise<SoakFigures> {
  const random = new Random(options.seed);
  const ticks = Math.round((options.hours * 3600 * RATE_HZ) / PER_FRAME);
  let line: MemoryDevice | undefined;
  let plugged = true;
  const connection = connectDevice({
    segmentNames: SEGMENT_NAMES,
    transport: () => {
      const made = memoryTransport(() => undefined);
      line = made.device;
      return made.transport;
    },
    backOff: { firstMs: 0, mostMs: 0 },
  });
  let delivered = 0;
  let reported = 0;
  connection.on((event) => {
    if (event.kind === 'samples') delivered += event.microvolt[0]?.length ?? 0;
    else if (event.kind === 'gap') reported += event.sampleCount;
  });
  let encoder = new FrameEncoder();
  const device = { bootId: 1, next: 0, dropped: 0, acquired: 0, lostWithReset: 0 };
  const counts = { unplugs: 0, resets: 0, leadOffs: 0, damagedFrames: 0 };
  /** End of what the host has from this run of the device: delivered or told as missing. */
  let accountedBefore = 0;
  const flat = samplesMessage(0, PER_FRAME).microvolt.map(() => RAIL_MICROVOLT);
  let leadOffTicks = 0;
  let unpluggedTicks = 0;

  const say = (message: DeviceMessage): void => {
    const bytes = encoder.encode(message);
    if (!plugged || line?.isOpen !== true) return;
    if (random.next() >= 1e-4) {
      line.send(bytes);
      return;
    }
    counts.damagedFrames += 1;
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 + random.below(255));
    line.send(bytes);
  };
  const oneSecond = RATE_HZ / PER_FRAME;
  const hour = oneSecond * 3600;
  /** A wild day, by the hour: twelve times the cable, four resets, twelve electrodes. */
  const often = { unplug: 12 / hour, reset: 4 / hour, leadOff: 12 / hour };
  const settle = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 0));
  };

  await settle();
  say(helloMessage(device.bootId));
  const heap: number[] = [];
  const started = performance.now();
  for (let tick = 0; tick < ticks; tick += 1) {
    if (tick % Math.ceil(ticks / LOOKS) === 0) {
      await settle();
      heap.push(megabytes());
      options.onProgress?.(tick / hour);
    }
    if (tick % oneSecond === 0) {
      say(helloMessage(device.bootId));
      say(statusMessage(device.dropped));
    }
    if (plugged && random.next() < often.unplug) {
      counts.unplugs += 1;
      // 0.1 to 30 s.
      unpluggedTicks = 5 + random.below(1496);
      plugged = false;
      line?.unplug('pulled out');
    }
    if (random.next() < often.reset) {
      counts.resets += 1;
      const { delivered: had, lostOnLink, droppedByDevice } = connection.statistics().samples;
      const accounted = had + lostOnLink + droppedByDevice - accountedBefore;
      device.lostWithReset += device.next - accounted;
      accountedBefore += accounted;
      device.bootId += 1;
      device.next = 0;
      device.dropped = 0;
      encoder = new FrameEncoder();
      say(helloMessage(device.bootId));
    }
    if (leadOffTicks === 0 && random.next() < often.leadOff) {
      counts.leadOffs += 1;
      leadOffTicks = oneSecond * (1 + random.below(60));
    }
    const message = samplesMessage(device.next, PER_FRAME, device.dropped);
    device.next += PER_FRAME;
    device.acquired += PER_FRAME;
    if (random.next() < 1e-4) device.dropped += PER_FRAME;
    else say(leadOffTicks > 0 ? { ...message, microvolt: flat } : message);
    if (leadOffTicks > 0) leadOffTicks -= 1;
    if (!plugged) {
      unpluggedTicks -= 1;
      if (unpluggedTicks <= 0) {
        plugged = true;
        await settle();
        await settle();
        say(helloMessage(device.bootId));
      }
    }
  }
  plugged = true;
  await settle();
  await settle();
  for (let i = 0; i < 3; i += 1) {
    say(helloMessage(device.bootId));
    say(statusMessage(device.dropped));
    say({ kind: 'END', sampleCount: device.next });
  }
  heap.push(megabytes());
  const seconds = (performance.now() - started) / 1000;
  const { samples, connections } = connection.statistics();
  await connection.close();
  const missing = samples.lostOnLink + samples.droppedByDevice;
  return {
    hours: options.hours,
    samplesAcquired: device.acquired,
    samplesDelivered: samples.delivered,
    reportedLostOnLink: samples.lostOnLink,
    reportedDroppedByDevice: samples.droppedByDevice,
    lostWithReset: device.lostWithReset,
    balance:
      device.acquired === samples.delivered + missing + device.lostWithReset &&
      delivered === samples.delivered &&
      reported === missing,
    ...counts,
    connections,
    heapMegabytes: {
      start: heap[0] ?? NaN,
      middle: heap[heap.length >> 1] ?? NaN,
      end: heap.at(-1) ?? NaN,
      most: Math.max(...heap),
    },
    speed: (options.hours * 3600) / seconds,
  };
}
