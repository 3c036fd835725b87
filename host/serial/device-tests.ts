/**
 * The network on a device that is running: its known-answer test, and inputs of the host's, layer by layer (docs/wire.md,
 * section 11). Whatever the line loses is asked for again.
 */
import { IsochroneError } from '../../codegen/errors.js';
import { crc32c } from '../protocol/crc32c.js';
import type { SelfTest, TestResultMessage } from '../protocol/messages.js';
import { ask, deviceSilent, type Askable } from './ask.js';
import { DeviceCommands } from './device-commands.js';

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
  private readonly commands: DeviceCommands;

  constructor(
    private readonly link: Askable,
    private readonly timing: TestTiming = DEFAULT_TEST_TIMING,
  ) {
    this.commands = new DeviceCommands(link, {
      answerMs: timing.answerMs,
      selfTestMs: timing.layerMs,
      attempts: ATTEMPTS,
    });
  }

  /** @throws IsochroneError DEVICE_SILENT, LINK_* */
  selfTest(): Promise<SelfTest> {
    return this.commands.selfTest();
  }

  /** Until START, the device does not acquire. */
  stop(): Promise<void> {
    return this.commands.stop();
  }

  start(): Promise<void> {
    return this.commands.start();
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
    throw deviceSilent('a run of the network');
  }

  /** False: the device did not take the whole input. */
  private async upload(input: Uint8Array): Promise<boolean> {
    let held = 0;
    let failures = 0;
    while (held < input.length) {
      const bytes = Array.from(input.subarray(held, held + PART_BYTES));
      const before = held;
      const answer = await ask(this.link, {
        request: { kind: 'TEST_INPUT', firstByte: before, bytes },
        timeoutMs: this.timing.answerMs,
        accept: (message) => {
          if (message.kind === 'TEST_INPUT_HELD') return message.byteCount;
          return message.kind === 'TEST_RESULT' ? 'refused' : undefined;
        },
      });
      // Refused: somebody has started it again.
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
    const result = await ask<TestResultMessage>(this.link, {
      request: { kind: 'TEST_RUN', classIndex, inputCrc },
      timeoutMs: this.timing.layerMs,
      accept: (message) => {
        if (message.kind === 'TEST_LAYER') layerCrcs.set(message.layerIndex, message.crc);
        return message.kind === 'TEST_RESULT' ? message : undefined;
      },
      alive: ({ kind }) => kind === 'TEST_LAYER',
    });
    if (result?.status === 'no_such_class') {
      throw new IsochroneError('DEVICE_REFUSED', 'the device has no such class to explain', {
        hint: 'Flash the device with this network, or validate the one that it runs.',
        where: { class: classIndex },
      });
    }
    return result?.status === 'done' ? result : undefined;
  }
}
