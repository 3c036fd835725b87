/** What a host asks of a running device (docs/wire.md, "Commands"): each command is repeated until it is answered, and done once. */
import { IsochroneError } from '../../codegen/errors.js';
import type {
  CommandOutcome,
  DeviceMessage,
  HostMessage,
  Method,
  SelfTest,
  Setting,
  SettingMessage,
  TestSignalMessage,
} from '../protocol/messages.js';
import { askUntilAnswered, deviceSilent, RequestIds, type Askable } from './ask.js';
import { readObject } from './object-reader.js';

export interface CommandTiming {
  /** For an answer that takes no work: the device may be in the middle of a result. */
  readonly answerMs: number;
  /** For the known-answer test of a large network on a small core. */
  readonly selfTestMs: number;
  /** From REBOOT to the HELLO of the next run. */
  readonly rebootMs: number;
  /** Of each command: a line that loses every second frame gets through. */
  readonly attempts: number;
}

export const DEFAULT_COMMAND_TIMING: CommandTiming = {
  answerMs: 1000,
  selfTestMs: 30_000,
  rebootMs: 15_000,
  attempts: 8,
};

export interface SettingValue {
  readonly value: number;
  /** The range that this build takes; a slow line may bear less. */
  readonly least: number;
  readonly most: number;
}

/** A square wave on every lead. */
export interface TestSignal {
  readonly peakToPeakMicrovolt: number;
  /** At sampleRateHz. */
  readonly periodSamples: number;
}

export interface DeviceTime {
  /** Of HELLO.ticksPerSecond; both wrap at 2^32. */
  readonly receivedTick: number;
  readonly sentTick: number;
  /** The time of day that a host has set; undefined when none has. */
  readonly timeOfDay: Date | undefined;
}

const WINNER = 255;
const MS_PER_S = 1000;

const HINTS: Readonly<Record<Exclude<CommandOutcome, 'done'>, string>> = {
  no_such_class: 'Give an index into the classNames of its HELLO, or the winner.',
  out_of_range: 'Give a value within the range that is named.',
  exceeds_link:
    'Raise the baud rate of the board, or lower something else first: longer result_interval_ms, more samples_per_frame, explanations or median_beats off.',
  not_built_in: 'Build the firmware with it, or for a board that has the memory.',
  another_run: 'The device has restarted meanwhile: take the bootId of its newest HELLO.',
};

function refused(
  what: string,
  reason: Exclude<CommandOutcome, 'done'>,
  where: Readonly<Record<string, number>> = {},
): IsochroneError {
  const range =
    where['least'] === undefined ? '' : ` (${where['least']} to ${where['most'] ?? ''})`;
  return new IsochroneError('DEVICE_REFUSED', `the device refuses ${what}: ${reason}${range}`, {
    hint: HINTS[reason],
    where: { command: what, reason, ...where },
  });
}

/** The run may have ended with the port, or before an answer that was lost was asked for again. */
const isOver = ({ code, where }: IsochroneError): boolean =>
  code === 'LINK_LOST' || where['reason'] === 'another_run';

/** Every method throws IsochroneError: DEVICE_REFUSED with `where.reason`, DEVICE_SILENT, LINK_LOST, LINK_NOT_OPEN. */
export class DeviceCommands {
  private readonly timing: CommandTiming;
  private readonly ids = new RequestIds();

  constructor(
    private readonly device: Askable,
    timing: Partial<CommandTiming> = {},
  ) {
    this.timing = { ...DEFAULT_COMMAND_TIMING, ...timing };
  }

  start(): Promise<void> {
    return this.command('START', (requestId) => ({ kind: 'START', requestId }));
  }

  /** Until START, the device does not acquire. */
  stop(): Promise<void> {
    return this.command('STOP', (requestId) => ({ kind: 'STOP', requestId }));
  }

  /** From the next result on. */
  explainClass(classIndex: number | 'winner'): Promise<void> {
    const index = classIndex === 'winner' ? WINNER : classIndex;
    return this.command(`class ${classIndex}`, (requestId) => ({
      kind: 'SET_CLASS',
      requestId,
      classIndex: index,
    }));
  }

  /** One more answer, for the signal as it is now, explained for this class by a method that HELLO names. */
  explain(classIndex: number | 'winner', method: Method): Promise<void> {
    const index = classIndex === 'winner' ? WINNER : classIndex;
    return this.command(`EXPLAIN by ${method}`, (requestId) => ({
      kind: 'EXPLAIN',
      requestId,
      classIndex: index,
      method,
    }));
  }

  /** Tells the device the time of day; its ticks and its axis of samples go on as they were. */
  setTime(now: Date): Promise<void> {
    const ms = now.getTime();
    return this.command('SET_TIME', (requestId) => ({
      kind: 'SET_TIME',
      requestId,
      unixSeconds: Math.floor(ms / MS_PER_S),
      milliseconds: ms % MS_PER_S,
    }));
  }

  /** Of each layer, in the order of `isochrone analyze`, when the device last answered and explained; 0 where it did not. */
  async layerMicroseconds(): Promise<number[]> {
    const { bytes } = await readObject(this.device, 'layer_times');
    const nanoseconds = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from(
      { length: bytes.length / 4 },
      (_, layer) => nanoseconds.getUint32(4 * layer, true) / 1000,
    );
  }

  async time(): Promise<DeviceTime> {
    const requestId = this.ids.take();
    const reply = await this.answer({ kind: 'TIME_REQUEST', requestId }, (message) =>
      message.kind === 'TIME_REPLY' && message.requestId === requestId ? message : undefined,
    );
    const { receivedTick, sentTick, unixSeconds, milliseconds } = reply;
    return {
      receivedTick,
      sentTick,
      timeOfDay: unixSeconds === 0 ? undefined : new Date(unixSeconds * MS_PER_S + milliseconds),
    };
  }

  /**
   * Puts the front end's own signal in the place of the electrodes, until it is taken away or the device restarts.
   * @returns what it should come out as
   */
  async showTestSignal(on: boolean): Promise<TestSignal> {
    const requestId = this.ids.take();
    const { outcome, peakToPeakMicrovolt, periodSamples } = await this.answer<TestSignalMessage>(
      { kind: 'SET_TEST_SIGNAL', requestId, on: on ? 1 : 0 },
      (message) =>
        message.kind === 'TEST_SIGNAL' && message.requestId === requestId ? message : undefined,
    );
    if (outcome !== 'done') throw refused('the test signal of its front end', outcome);
    return { peakToPeakMicrovolt, periodSamples };
  }

  async selfTest(): Promise<SelfTest> {
    const requestId = this.ids.take();
    return this.answer(
      { kind: 'SELF_TEST', requestId },
      (message) =>
        message.kind === 'SELF_TEST_RESULT' && message.requestId === requestId
          ? message.outcome
          : undefined,
      this.timing.selfTestMs,
    );
  }

  async setting(setting: Setting): Promise<SettingValue> {
    const requestId = this.ids.take();
    return this.settingAnswer(setting, { kind: 'GET_SETTING', requestId, setting });
  }

  /** Until the device restarts. */
  async change(setting: Setting, value: number): Promise<SettingValue> {
    const requestId = this.ids.take();
    const request = { kind: 'SET_SETTING', requestId, setting, value } as const;
    return this.settingAnswer(`${setting} = ${value}`, request);
  }

  /**
   * Ends the run of `bootId`, if it still is that; settles when the device introduces itself in another.
   * @returns the bootId of that run
   */
  async reboot(bootId: number): Promise<number> {
    let next: number | undefined;
    let heard: () => void = () => undefined;
    const forget = this.device.onMessage((message) => {
      if (message.kind !== 'HELLO' || message.bootId === bootId) return;
      next = message.bootId;
      heard();
    });
    const restarted = new Promise<void>((resolve) => {
      heard = resolve;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.timing.rebootMs);
    });
    try {
      // Its answer may be lost with the run, and so may the port: the HELLO of the next run is as good.
      const asked = this.command('REBOOT', (requestId) => ({ kind: 'REBOOT', requestId, bootId }));
      const told = asked.catch((error: unknown) => {
        if (!(error instanceof IsochroneError) || !isOver(error)) throw error;
      });
      await Promise.race([restarted, told]);
      told.catch(() => undefined);
      if (next === undefined) await Promise.race([restarted, late]);
    } finally {
      clearTimeout(timer);
      forget();
    }
    if (next === undefined) throw deviceSilent('REBOOT');
    return next;
  }

  private async command(what: string, request: (id: number) => HostMessage): Promise<void> {
    const requestId = this.ids.take();
    const outcome = await this.answer(request(requestId), (message) =>
      message.kind === 'COMMAND_RESULT' && message.requestId === requestId
        ? message.outcome
        : undefined,
    );
    if (outcome !== 'done') throw refused(what, outcome);
  }

  private async settingAnswer(
    what: string,
    request: Extract<HostMessage, { kind: 'GET_SETTING' | 'SET_SETTING' }>,
  ): Promise<SettingValue> {
    const answer = await this.answer<SettingMessage>(request, (message) =>
      message.kind === 'SETTING' && message.requestId === request.requestId ? message : undefined,
    );
    const { outcome, value, least, most } = answer;
    if (outcome !== 'done') throw refused(what, outcome, { value, least, most });
    return { value, least, most };
  }

  private answer<Answer>(
    request: HostMessage,
    accept: (message: DeviceMessage) => Answer | undefined,
    timeoutMs = this.timing.answerMs,
  ): Promise<Answer> {
    return askUntilAnswered(this.device, { request, timeoutMs, accept }, this.timing.attempts);
  }
}
