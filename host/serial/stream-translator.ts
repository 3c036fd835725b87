/** Wire messages in, stream events out: gaps are told, results are told once, explanations are put together. */
import {
  DUTY_VALUES,
  METHOD_VALUES,
  START_TEST_VALUES,
  type DeviceMessage,
  type Duty,
  type ExplanationState,
  type HelloMessage,
  type SamplesMessage,
  type StatusMessage,
} from '../protocol/messages.js';
import {
  INDEPENDENT_LEADS,
  type HelloEvent,
  type LogEvent,
  type StatusEvent,
  type StreamEvent,
  type Unanswered,
} from '../stream/events.js';
import { ExplanationAssembler, type ExplanationPart } from './explanation-assembler.js';
import { MedianAssembler, toMeasurementEvent, toSignalEvent } from './signal-translator.js';
import { SampleLedger, type SampleAccount } from './sample-ledger.js';

/** Result ids that are remembered as told. Far more than a device can have waiting for acknowledgement. */
const REMEMBERED_RESULTS = 64;

/** The newest ids, oldest forgotten first. */
class RecentIds {
  private readonly ids = new Set<number>();

  has(id: number): boolean {
    return this.ids.has(id);
  }

  add(id: number): void {
    this.ids.add(id);
    if (this.ids.size <= REMEMBERED_RESULTS) return;
    const oldest = this.ids.values().next().value;
    if (oldest !== undefined) this.ids.delete(oldest);
  }

  clear(): void {
    this.ids.clear();
  }
}

/** What a stream knows beyond one connection: a device that went on while its port was away is told on, to the sample. */
export class StreamMemory {
  readonly toldResults = new RecentIds();
  readonly doneResults = new RecentIds();
  /** The window that has no answer, whose reason has not come yet. */
  unanswered: { readonly resultId: number; readonly window: Unanswered } | undefined;
  readonly ledger: SampleLedger;
  hello: HelloEvent | undefined;

  constructor(expectedFirstSampleIndex?: number) {
    this.ledger = new SampleLedger(expectedFirstSampleIndex);
  }

  /** The device has started anew. */
  restart(): void {
    this.ledger.restart();
    this.toldResults.clear();
    this.doneResults.clear();
    this.unanswered = undefined;
  }
}

export interface TranslatorOptions {
  readonly segmentNames: readonly string[];
  /** Of an earlier connection to the same device. */
  readonly memory?: StreamMemory;
  /** Given when the device is known to have just started: what is missing before the first samples is then a gap. */
  readonly expectedFirstSampleIndex?: number;
  readonly emit: (event: StreamEvent) => void;
  /** Everything about this result has arrived. */
  readonly acknowledge: (resultId: number) => void;
  /** The device has started anew. */
  readonly onRestart: () => void;
}

export interface ExplanationAccount {
  completed: number;
  /** Ended with parts missing, or never ended. */
  incomplete: number;
  /** Sent again although they had arrived; acknowledged again. */
  repeated: number;
}

const warning = (text: string): LogEvent => ({ kind: 'log', level: 'warning', text });

function toHelloEvent(message: HelloMessage): HelloEvent {
  const { boardName, modelName, modelHash, buildId, bootId } = message;
  const { sampleRateHz, networkRateHz, classNames, operatingPoints, methods } = message;
  const { ticksPerSecond, resetCause, startState, startFaults } = message;
  return {
    kind: 'hello',
    boardName,
    modelName,
    modelHash,
    buildId,
    bootId,
    sampleRateHz,
    networkRateHz,
    classNames,
    operatingPoints,
    methods: methods.map((method) => METHOD_VALUES[method] ?? `method ${method}`),
    ticksPerSecond,
    resetCause,
    startState,
    startFaults: START_TEST_VALUES.filter((_, bit) => ((startFaults >> bit) & 1) === 1),
  };
}

function byDuty(ticks: readonly number[]): Record<Duty, number> {
  const entries = DUTY_VALUES.map((duty, index) => [duty, ticks[index] ?? 0] as const);
  return Object.fromEntries(entries) as Record<Duty, number>;
}

function toStatusEvent(message: StatusMessage): StatusEvent {
  return {
    kind: 'status',
    uptimeMs: message.uptimeMs,
    samplesReceived: message.samplesReceived,
    samplesDropped: message.samplesDropped,
    framesDropped: message.framesDropped,
    receiveErrors: message.receiveErrors,
    cpuLoadPermille: message.cpuLoadPermille,
    stackHighWaterBytes: message.stackHighWaterBytes,
    gradientSaturations: message.gradientSaturations,
    loopWorstTicks: message.loopWorstTicks,
    interruptWorstTicks: message.interruptWorstTicks,
    dutyWorstTicks: byDuty(message.dutyWorstTicks),
  };
}

/** Sample-major → `[lead][i]`, without the first `skip` samples. */
function byLead(message: SamplesMessage, skip: number): number[][] {
  const leads = INDEPENDENT_LEADS.length;
  const count = message.microvolt.length / leads;
  return Array.from({ length: leads }, (_, lead) =>
    Array.from(
      { length: count - skip },
      (_unused, i) => message.microvolt[(i + skip) * leads + lead] ?? 0,
    ),
  );
}

export class StreamTranslator {
  readonly explanations: ExplanationAccount = { completed: 0, incomplete: 0, repeated: 0 };
  private readonly memory: StreamMemory;
  private readonly assembler = new ExplanationAssembler();
  private readonly median = new MedianAssembler();
  private introduced = false;

  constructor(private readonly options: TranslatorOptions) {
    this.memory = options.memory ?? new StreamMemory(options.expectedFirstSampleIndex);
  }

  /** Of this connection. */
  get hello(): HelloEvent | undefined {
    return this.introduced ? this.memory.hello : undefined;
  }

  get samples(): Readonly<SampleAccount> {
    return this.memory.ledger.account;
  }

  accept(message: DeviceMessage): void {
    const { emit } = this.options;
    // Until HELLO says whether it is the same run, what comes belongs to no axis; the samples are told as a gap.
    if (this.memory.hello !== undefined && !this.introduced && message.kind !== 'HELLO') return;
    switch (message.kind) {
      case 'HELLO':
        this.acceptHello(message);
        return;
      case 'STATUS':
        this.memory.ledger.noteDropped(message.samplesDropped);
        emit(toStatusEvent(message));
        return;
      case 'SAMPLES':
        this.acceptSamples(message);
        return;
      case 'BEAT':
        emit({ ...message, kind: 'beat' });
        return;
      case 'SIGNAL_STATE':
        emit(toSignalEvent(message));
        return;
      case 'PACER_SPIKE':
        emit({ kind: 'pacer', sampleIndex: message.sampleIndex });
        return;
      case 'BEAT_MEASUREMENT':
        emit(toMeasurementEvent(message));
        return;
      case 'MEDIAN_LEAD': {
        const beat = this.median.add(message);
        if (beat !== undefined) emit(beat);
        return;
      }
      case 'LOG':
        emit({ kind: 'log', level: message.level, text: message.text });
        return;
      case 'END':
        for (const gap of this.memory.ledger.finish(message.sampleCount)) emit(gap);
        emit({ kind: 'end', sampleCount: message.sampleCount });
        return;
      case 'CONFIGURATION':
      case 'COMMAND_RESULT':
      case 'SETTING':
      case 'SELF_TEST_RESULT':
      case 'TEST_SIGNAL':
      case 'TIME_REPLY':
      case 'OBJECT':
      case 'OBJECT_PART':
      case 'TEST_INPUT_HELD':
      case 'TEST_LAYER':
      case 'TEST_RESULT':
      case 'UPDATE_STATE':
      case 'UPDATE_HELD':
        // Answers to one who asked, and hears them by himself (DeviceLink.onMessage).
        return;
      default:
        // Without the class names of HELLO a result says nothing; it is not acknowledged and comes again.
        if (this.memory.hello !== undefined) this.acceptResult(message, this.memory.hello);
    }
  }

  private acceptHello(message: HelloMessage): void {
    const { emit, onRestart } = this.options;
    const hello = toHelloEvent(message);
    const { memory } = this;
    const before = memory.hello;
    this.introduced = true;
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(hello)) return;
    memory.hello = hello;
    if (before !== undefined && before.bootId !== hello.bootId) {
      memory.restart();
      this.assembler.clear();
      this.median.clear();
      onRestart();
      emit(warning(`The device ${hello.boardName} has started anew.`));
    }
    emit(hello);
  }

  private acceptSamples(message: SamplesMessage): void {
    const { emit } = this.options;
    const count = message.microvolt.length / INDEPENDENT_LEADS.length;
    const { firstSampleIndex, samplesDropped } = message;
    const { gaps, skip } = this.memory.ledger.admit(firstSampleIndex, count, samplesDropped);
    for (const gap of gaps) emit(gap);
    if (skip === count) return;
    emit({
      kind: 'samples',
      firstSampleIndex: (firstSampleIndex + skip) >>> 0,
      microvolt: byLead(message, skip),
    });
  }

  private acceptResult(
    message: ExplanationPart | Extract<DeviceMessage, { kind: 'RESULT' | 'RESULT_END' }>,
    hello: HelloEvent,
  ): void {
    switch (message.kind) {
      case 'RESULT': {
        if (this.memory.toldResults.has(message.resultId)) return;
        this.memory.toldResults.add(message.resultId);
        if (message.probabilities.length === 0) {
          const { resultId, windowFirstSampleIndex, windowSampleCount, unfamiliarity } = message;
          this.memory.unanswered = {
            resultId,
            window: { windowFirstSampleIndex, windowSampleCount, unfamiliarity },
          };
          return;
        }
        const { classNames, operatingPoints = [] } = hello;
        this.options.emit({ ...message, kind: 'result', classNames, operatingPoints });
        return;
      }
      case 'RESULT_END':
        this.finishResult(message.resultId, message.explanation, hello);
        return;
      default:
        this.acceptPart(message);
    }
  }

  private acceptPart(part: ExplanationPart): void {
    if (this.memory.doneResults.has(part.resultId)) return;
    const evicted = this.assembler.add(part);
    if (evicted === undefined) return;
    this.explanations.incomplete += 1;
    this.options.emit(warning(`The explanation of result ${evicted} never ended; it is left out.`));
  }

  private finishResult(resultId: number, state: ExplanationState, hello: HelloEvent): void {
    const { emit, acknowledge, segmentNames } = this.options;
    if (this.memory.doneResults.has(resultId)) {
      this.explanations.repeated += 1;
      acknowledge(resultId);
      return;
    }
    const assembly =
      state === 'sent'
        ? this.assembler.finish(resultId, { classNames: hello.classNames, segmentNames })
        : undefined;
    if (assembly !== undefined && 'problems' in assembly) {
      this.explanations.incomplete += 1;
      const problems = assembly.problems.join('; ');
      emit(warning(`The explanation of result ${resultId} is left out: ${problems}.`));
      return;
    }
    if (!this.memory.toldResults.has(resultId)) {
      emit(warning(`RESULT ${resultId} did not arrive; its explanation stands alone.`));
    }
    if (assembly !== undefined) {
      this.explanations.completed += 1;
      emit(assembly.explanation);
    } else if (state !== 'sent') {
      this.assembler.withhold(resultId);
      const { unanswered } = this.memory;
      emit({
        kind: 'withheld',
        resultId,
        reason: state,
        ...(unanswered?.resultId === resultId ? { unanswered: unanswered.window } : {}),
      });
    }
    this.memory.doneResults.add(resultId);
    acknowledge(resultId);
  }
}
