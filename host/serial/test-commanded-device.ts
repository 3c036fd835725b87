/** A device that answers what it is asked, over a line that delays and loses, for the tests of this folder. */
import { crc32c } from '../protocol/crc32c.js';
import { decodePayload } from '../protocol/codec.js';
import { FrameDecoder, FrameEncoder } from '../protocol/frame.js';
import type { DeviceMessage, HostMessage, Setting } from '../protocol/messages.js';
import type { TestSignal } from './device-commands.js';
import { memoryTransport } from './memory-transport.js';
import { helloMessage } from './test-device.js';
import type { Transport } from './transport.js';

export interface CommandedDeviceOptions {
  /** Of its clock against this machine's. */
  readonly driftPpm?: number;
  /** Of a message on its way, either way, in milliseconds. */
  readonly delayMs?: () => number;
  readonly loses?: () => boolean;
  readonly object?: Uint8Array;
  /** Of its front end; none where it has none. */
  readonly testSignal?: TestSignal;
}

const LIMITS: Readonly<Record<Setting, readonly [number, number]>> = {
  result_interval_ms: [500, 60_000],
  samples_per_frame: [1, 10],
  explanations: [0, 1],
  median_beats: [0, 0],
};
const PART = 240;

export class CommandedDevice {
  readonly transport: Transport;
  readonly heard: HostMessage[] = [];
  /** Times that the known-answer test ran. */
  selfTests = 0;
  bootId = 1;
  stopped = false;
  testSignal = false;
  readonly settings: Record<Setting, number> = {
    result_interval_ms: 2500,
    samples_per_frame: 10,
    explanations: 1,
    median_beats: 0,
  };
  /** Most bytes of an object that were ever under way beyond what the host holds. */
  granted = 0;
  private timeOfDay: { readonly unixSeconds: number; readonly milliseconds: number } | undefined;
  private lastSelfTest: number | undefined;
  private readonly encoder = new FrameEncoder();
  private readonly line: ReturnType<typeof memoryTransport>['device'];

  constructor(private readonly options: CommandedDeviceOptions = {}) {
    const decoder = new FrameDecoder();
    const made = memoryTransport((bytes) => {
      decoder.push(bytes, ({ type, payload }) => {
        const message = decodePayload(type, payload) as HostMessage;
        this.heard.push(message);
        this.later(() => {
          this.obey(message);
        });
      });
    });
    this.transport = made.transport;
    this.line = made.device;
    setInterval(() => {
      this.say(helloMessage(this.bootId));
    }, 1000);
  }

  /** Microseconds of its own clock. */
  tick(): number {
    const ms = performance.now() * (1 + (this.options.driftPpm ?? 0) / 1e6);
    // Close to the wrap, so that a test crosses it.
    return (Math.floor(ms * 1000) + 2 ** 32 - 5_000_000) % 2 ** 32;
  }

  say(message: DeviceMessage): void {
    const bytes = this.encoder.encode(message);
    this.later(() => {
      this.line.send(bytes);
    });
  }

  private later(what: () => void): void {
    if (this.options.loses?.() === true) return;
    const delay = this.options.delayMs?.() ?? 0;
    if (delay === 0) what();
    else setTimeout(what, delay);
  }

  private obey(message: HostMessage): void {
    switch (message.kind) {
      case 'HELLO_REQUEST':
        this.say(helloMessage(this.bootId));
        return;
      case 'START':
      case 'STOP':
        this.stopped = message.kind === 'STOP';
        this.say({ kind: 'COMMAND_RESULT', requestId: message.requestId, outcome: 'done' });
        return;
      case 'SET_CLASS':
        this.say({
          kind: 'COMMAND_RESULT',
          requestId: message.requestId,
          outcome: message.classIndex < 2 || message.classIndex === 255 ? 'done' : 'no_such_class',
        });
        return;
      case 'SET_TIME':
        this.timeOfDay = message;
        this.say({ kind: 'COMMAND_RESULT', requestId: message.requestId, outcome: 'done' });
        return;
      case 'TIME_REQUEST': {
        const { requestId } = message;
        const { unixSeconds, milliseconds } = this.timeOfDay ?? { unixSeconds: 0, milliseconds: 0 };
        const receivedTick = this.tick();
        const sentTick = (receivedTick + 300) % 2 ** 32;
        this.say({
          kind: 'TIME_REPLY',
          requestId,
          receivedTick,
          sentTick,
          unixSeconds,
          milliseconds,
        });
        return;
      }
      case 'SELF_TEST':
        if (this.lastSelfTest !== message.requestId) this.selfTests += 1;
        this.lastSelfTest = message.requestId;
        this.say({ kind: 'SELF_TEST_RESULT', requestId: message.requestId, outcome: 'passed' });
        return;
      case 'SET_TEST_SIGNAL':
        this.testSignal = message.on === 1;
        this.say({
          kind: 'TEST_SIGNAL',
          requestId: message.requestId,
          ...(this.options.testSignal ?? { peakToPeakMicrovolt: 0, periodSamples: 0 }),
          outcome: this.options.testSignal === undefined ? 'not_built_in' : 'done',
        });
        return;
      case 'REBOOT':
        this.reboot(message);
        return;
      case 'GET_SETTING':
      case 'SET_SETTING':
        this.answerSetting(message);
        return;
      case 'READ_OBJECT':
      case 'CREDIT':
        this.readObject(message);
        return;
      default:
    }
  }

  private reboot({ requestId, bootId }: Extract<HostMessage, { kind: 'REBOOT' }>): void {
    const mine = bootId === this.bootId;
    const outcome = mine ? 'done' : 'another_run';
    this.say({ kind: 'COMMAND_RESULT', requestId, outcome });
    if (!mine) return;
    this.bootId += 1;
    setTimeout(() => {
      this.say(helloMessage(this.bootId));
    }, 500);
  }

  private answerSetting(
    message: Extract<HostMessage, { kind: 'GET_SETTING' | 'SET_SETTING' }>,
  ): void {
    const { requestId, setting } = message;
    const [least, most] = LIMITS[setting];
    const inRange = (value: number): boolean => value >= least && value <= most;
    const outcome =
      message.kind === 'GET_SETTING' || inRange(message.value)
        ? 'done'
        : most === 0
          ? 'not_built_in'
          : 'out_of_range';
    if (message.kind === 'SET_SETTING' && outcome === 'done') {
      this.settings[setting] = message.value;
    }
    const value = this.settings[setting];
    this.say({ kind: 'SETTING', requestId, outcome, setting, value, least, most });
  }

  private readObject(message: Extract<HostMessage, { kind: 'READ_OBJECT' | 'CREDIT' }>): void {
    const { object } = this.options;
    const { requestId } = message;
    if (message.kind === 'READ_OBJECT') {
      this.say({
        kind: 'OBJECT',
        requestId,
        state: object === undefined ? 'not_there' : 'open',
        byteCount: object?.length ?? 0,
        crc: object === undefined ? 0 : crc32c(object),
        resultId: 7,
      });
      return;
    }
    this.granted = Math.max(this.granted, message.byteCount);
    const end = Math.min(object?.length ?? 0, message.firstByte + message.byteCount);
    for (let at = message.firstByte; at < end; at += PART) {
      const bytes = Array.from(object?.subarray(at, Math.min(end, at + PART)) ?? []);
      this.say({ kind: 'OBJECT_PART', requestId, firstByte: at, bytes });
    }
  }
}
