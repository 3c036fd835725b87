/**
 * The network on a device that is running: its known-answer test, and inputs of the host's, layer by layer (docs/wire.md,
 * section 11). Whatever the line loses is asked for again.
 */
import { IsochroneError } from '../../codegen/errors.js';
import { crc32c } from '../protocol/crc32c.js';
import type { DeviceMessage, HostMessage, TestResultMessage } from '../protocol/messages.js';
import type { DeviceLink } from './link.js';

export interface TestTiming {
  /** For an answer that takes no work. */
  readonly answerMs: number;
  /** For the next layer, or the result: the slowest layer of a large network on a small core. */
  readonly layerMs: number;
}

export const DEFAULT_TEST_TIMING: TestTiming = { answerMs: 1000, layerMs: 30_000 };

/** Of one part, and of one whole run: a line that loses every second frame gets through. */
const ATTEMPTS = 8;
/** TEST_INPUT carries so many at most. */
const PART_BYTES = 240;

export type SelfTestOutcome = Extract<DeviceMessage, { kind: 'SELF_TEST_RESULT' }>['outcome'];

export interface DeviceRun {
  /** CRC-32C of each layer's output, in the order they ran. */
  readonly layerCrcs: Uint32Array;
  readonly logits: Int16Array;
  readonly explainedClass: number;
  readonly gradientCrc: number;
  readonly saturations: number;
}

function deviceRun(result: TestResultMessage, layerCrcs: ReadonlyMap<number, number>): DeviceRun {
  return {
    layerCrcs: Uint32Array.from({ length: layerCrcs.size }, (_, i) => layerCrcs.get(i) ?? 0),
    logits: Int16Array.from(result.logits),
    explainedClass: result.explainedClass,
    gradientCrc: result.gradientCrc,
    saturations: result.saturations,
  };
}

export class DeviceTests {
  constructor(
    private readonly link: DeviceLink,
    private readonly timing: TestTiming = DEFAULT_TEST_TIMING,
  ) {}

  /** @throws IsochroneError DEVICE_SILENT, LINK_* */
  async selfTest(): Promise<SelfTestOutcome> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const answer = await this.ask({ kind: 'SELF_TEST' }, this.timing.layerMs, (message) =>
        message.kind === 'SELF_TEST_RESULT' ? message.outcome : undefined,
      );
      if (answer !== undefined) return answer;
    }
    throw this.silent('the known-answer test');
  }

  /** Until START, the device does not acquire. */
  stop(): Promise<void> {
    return this.link.send({ kind: 'STOP' });
  }

  start(): Promise<void> {
    return this.link.send({ kind: 'START' });
  }

  /**
   * @param input the network's codes; the device is stopped for it
   * @param classIndex to explain, or 255 for the winner
   * @param layers how many the network has
   * @throws IsochroneError DEVICE_SILENT, DEVICE_REFUSED, LINK_*
   */
  async run(input: Uint8Array, classIndex: number, layers: number): Promise<DeviceRun> {
    // Equal inputs give equal layers, so that a repeated run has only to bring what the line lost of those before.
    const layerCrcs = new Map<number, number>();
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      await this.stop();
      if (!(await this.upload(input))) continue;
      const result = await this.runOnce(crc32c(input), classIndex, layerCrcs);
      if (result !== undefined && layerCrcs.size >= layers) return deviceRun(result, layerCrcs);
    }
    throw this.silent('a run of the network');
  }

  /** False: the device did not take the whole input. */
  private async upload(input: Uint8Array): Promise<boolean> {
    let held = 0;
    let failures = 0;
    while (held < input.length) {
      const bytes = Array.from(input.subarray(held, held + PART_BYTES));
      const before = held;
      const answer = await this.ask(
        { kind: 'TEST_INPUT', firstByte: before, bytes },
        this.timing.answerMs,
        (message) => {
          if (message.kind === 'TEST_INPUT_HELD') return message.byteCount;
          return message.kind === 'TEST_RESULT' ? 'refused' : undefined;
        },
      );
      // Refused: STOP was lost, and is sent again.
      if (answer === 'refused') return false;
      held = answer ?? held;
      failures = held > before ? 0 : failures + 1;
      if (failures >= ATTEMPTS || held > input.length) return false;
    }
    return true;
  }

  /**
   * Undefined when the device did not say that it is done.
   * @param layerCrcs to which it adds
   */
  private async runOnce(
    inputCrc: number,
    classIndex: number,
    layerCrcs: Map<number, number>,
  ): Promise<TestResultMessage | undefined> {
    const result = await this.ask<TestResultMessage>(
      { kind: 'TEST_RUN', classIndex, inputCrc },
      this.timing.layerMs,
      (message) => {
        if (message.kind === 'TEST_LAYER') layerCrcs.set(message.layerIndex, message.crc);
        return message.kind === 'TEST_RESULT' ? message : undefined;
      },
      ({ kind }) => kind === 'TEST_LAYER',
    );
    if (result?.status === 'no_such_class') {
      throw new IsochroneError('DEVICE_REFUSED', 'the device has no such class to explain', {
        hint: 'Flash the device with this network, or validate the one that it runs.',
        where: { class: classIndex },
      });
    }
    return result?.status === 'done' ? result : undefined;
  }

  /**
   * The first answer that `accept` takes; undefined when none comes in time.
   * @param alive messages that show that the answer is on its way
   * @throws IsochroneError LINK_LOST, LINK_NOT_OPEN
   */
  private ask<Answer>(
    request: HostMessage,
    timeoutMs: number,
    accept: (message: DeviceMessage) => Answer | undefined,
    alive: (message: DeviceMessage) => boolean = () => false,
  ): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      const late = (): void => settle(() => resolve(undefined));
      let timer = setTimeout(late, timeoutMs);
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        forget();
        forgetLink();
        how();
      };
      const forget = this.link.onMessage((message) => {
        const answer = accept(message);
        if (answer !== undefined) settle(() => resolve(answer));
        else if (alive(message)) {
          clearTimeout(timer);
          timer = setTimeout(late, timeoutMs);
        }
      });
      const forgetLink = this.link.on((event) => {
        if (event.kind !== 'link' || event.state !== 'lost') return;
        const error = new IsochroneError('LINK_LOST', `the link is lost: ${event.detail}`, {
          hint: 'Check the cable and that the device runs, and start again.',
        });
        settle(() => reject(error));
      });
      this.link.send(request).catch((error: unknown) => settle(() => reject(error as Error)));
    });
  }

  private silent(what: string): IsochroneError {
    return new IsochroneError('DEVICE_SILENT', `the device did not answer for ${what}`, {
      hint: 'Check the line and its baud rate; a device of an older firmware does not know the request.',
    });
  }
}
