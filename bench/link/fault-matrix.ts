/**
 * The fault matrix: the same damaged line through the device's decoder and the host's, and behind them the books of the sample axis. Checked are
 * that nothing is delivered that was not sent, that a decoder is in step again at once, that both agree on every byte and counter, and
 * that samples sent = delivered + reported missing.
 */
import { decodePayload } from '../../host/protocol/codec.js';
import type { FrameStatistics } from '../../host/protocol/frame.js';
import { SampleLedger } from '../../host/serial/sample-ledger.js';
import { textTable } from '../../host/report/text.js';
import { RECORD_HEAD_BYTES, typeScriptLine, type LineDecoder } from './line-decoders.js';
import { LINE_FAULTS, type LineFault, type Piece } from './line-faults.js';
import { Random } from './random.js';
import { SampleLine, type SentFrame } from './sample-line.js';

export interface FaultFigures {
  readonly fault: string;
  framesSent: number;
  framesDamaged: number;
  framesDelivered: number;
  /** Delivered and never sent, by both decoders together. */
  corruptDelivered: number;
  /** Good frames up to the first one delivered, at most: where the delimiter before the first lived, and where it died. */
  worstResync: number;
  worstResyncWithoutDelimiter: number;
  samplesSent: number;
  samplesDelivered: number;
  reportedLostOnLink: number;
  reportedDroppedByDevice: number;
  droppedByDevice: number;
  /** C and TypeScript: the same frames, the same counters. */
  decodersAgree: boolean;
}

export interface FaultMatrix {
  readonly seed: number;
  readonly framesSent: number;
  readonly framesDamaged: number;
  readonly corruptDelivered: number;
  readonly faults: readonly FaultFigures[];
}

const FRAMES_PER_BATCH = 6000;
/** The axis wraps at 2^32: every fault meets the wrap. */
const FIRST_SAMPLE_INDEX = 2 ** 32 - 12_345;

/** samples sent = delivered + reported missing, the device's part apart. */
export function booksBalance(figures: FaultFigures): boolean {
  const { samplesDelivered, reportedLostOnLink, reportedDroppedByDevice } = figures;
  return (
    figures.samplesSent === samplesDelivered + reportedLostOnLink + reportedDroppedByDevice &&
    reportedDroppedByDevice === figures.droppedByDevice
  );
}

export function faultHolds(figures: FaultFigures): boolean {
  return (
    figures.corruptDelivered === 0 &&
    figures.worstResync <= 1 &&
    figures.worstResyncWithoutDelimiter <= 2 &&
    figures.decodersAgree &&
    booksBalance(figures)
  );
}

/** Goes round all faults until `damagedFrames` have been damaged. */
export function runFaultMatrix(
  c: LineDecoder,
  options: {
    readonly damagedFrames: number;
    readonly seed: number;
    readonly onProgress?: (damaged: number) => void;
  },
): FaultMatrix {
  const { damagedFrames, seed, onProgress } = options;
  const cells = Object.entries(LINE_FAULTS).map(
    ([name, fault], i) => new FaultCell(name, fault, c, new Random(seed + i)),
  );
  const sum = (of: (figures: FaultFigures) => number): number =>
    cells.reduce((total, { figures }) => total + of(figures), 0);
  do {
    for (const cell of cells) cell.run(FRAMES_PER_BATCH);
    onProgress?.(sum(({ framesDamaged }) => framesDamaged));
  } while (sum(({ framesDamaged }) => framesDamaged) < damagedFrames);
  for (const cell of cells) cell.finish();
  return {
    seed,
    framesSent: sum(({ framesSent }) => framesSent),
    framesDamaged: sum(({ framesDamaged }) => framesDamaged),
    corruptDelivered: sum(({ corruptDelivered }) => corruptDelivered),
    faults: cells.map(({ figures }) => figures),
  };
}

class FaultCell {
  readonly figures: FaultFigures;
  private readonly device: SampleLine;
  private readonly ledger = new SampleLedger(FIRST_SAMPLE_INDEX);

  constructor(
    fault: string,
    private readonly damage: LineFault,
    private readonly c: LineDecoder,
    private readonly random: Random,
  ) {
    this.device = new SampleLine(FIRST_SAMPLE_INDEX, random);
    this.figures = {
      fault,
      framesSent: 0,
      framesDamaged: 0,
      framesDelivered: 0,
      corruptDelivered: 0,
      worstResync: 0,
      worstResyncWithoutDelimiter: 0,
      samplesSent: 0,
      samplesDelivered: 0,
      reportedLostOnLink: 0,
      reportedDroppedByDevice: 0,
      droppedByDevice: 0,
      decodersAgree: true,
    };
  }

  run(count: number): void {
    const sent = this.device.frames(count);
    this.pass(
      sent,
      this.damage(
        sent.map(({ line }) => line),
        this.random,
      ),
    );
  }

  /** The end arrives: without it what is missing at the tail could not be known. */
  finish(): void {
    const sent = this.device.ending();
    this.pass(
      sent,
      sent.map(({ line }, whole) => ({ bytes: line, whole })),
    );
    const { account } = this.ledger;
    this.figures.samplesSent = this.device.samples;
    this.figures.droppedByDevice = this.device.dropped;
    this.figures.samplesDelivered = account.delivered;
    this.figures.reportedLostOnLink = account.lostOnLink;
    this.figures.reportedDroppedByDevice = account.droppedByDevice;
  }

  private pass(sent: readonly SentFrame[], pieces: readonly Piece[]): void {
    const { figures, random } = this;
    const line = Buffer.concat(pieces.map(({ bytes }) => bytes));
    const host = typeScriptLine(line, () => 1 + random.below(5000));
    const device = this.c(line);
    const agree =
      host.records.equals(device.records) && sameCounts(host.statistics, device.statistics);
    figures.decodersAgree &&= agree;
    const delivered = this.account(host.records, sent);
    // What agrees to the byte need not be judged twice.
    if (!agree) this.account(device.records, sent);
    this.judgeResync(pieces, delivered);
    figures.framesSent += sent.length;
    figures.framesDamaged += pieces.filter(({ whole }) => whole === undefined).length;
  }

  /** Gives which of the frames arrived; keeps the books of the samples. */
  private account(records: Buffer, sent: readonly SentFrame[]): Uint8Array {
    const delivered = new Uint8Array(sent.length);
    let next = 0;
    for (let at = 0; at < records.length;) {
      const end = at + RECORD_HEAD_BYTES + records.readUInt16LE(at + 2);
      let found = next;
      while (found < sent.length && sent[found]?.record.compare(records, at, end) !== 0) found += 1;
      if (found < sent.length) {
        delivered[found] = 1;
        next = found + 1;
      } else {
        this.figures.corruptDelivered += 1;
      }
      this.figures.framesDelivered += 1;
      this.book(records[at] ?? 0, records.subarray(at + RECORD_HEAD_BYTES, end));
      at = end;
    }
    return delivered;
  }

  private book(type: number, payload: Uint8Array): void {
    const message = decodePayload(type, payload);
    if (message.kind === 'SAMPLES') {
      const { firstSampleIndex, microvolt, samplesDropped } = message;
      this.ledger.admit(firstSampleIndex, microvolt.length / 8, samplesDropped);
    } else if (message.kind === 'STATUS') {
      this.ledger.noteDropped(message.samplesDropped);
    } else if (message.kind === 'END') {
      this.ledger.finish(message.sampleCount);
    }
  }

  private judgeResync(pieces: readonly Piece[], delivered: Uint8Array): void {
    const { figures } = this;
    let lastByte = 0;
    let missed = 0;
    let delimiterLived = true;
    for (const { bytes, whole } of pieces) {
      if (whole !== undefined) {
        if (missed === 0) delimiterLived = lastByte === 0;
        const resync = missed + 1;
        if (delimiterLived) figures.worstResync = Math.max(figures.worstResync, resync);
        else
          figures.worstResyncWithoutDelimiter = Math.max(
            figures.worstResyncWithoutDelimiter,
            resync,
          );
        missed = delivered[whole] === 1 ? 0 : resync;
      } else {
        missed = 0;
      }
      lastByte = bytes.at(-1) ?? lastByte;
    }
  }
}

function sameCounts(a: FrameStatistics, b: FrameStatistics): boolean {
  return Object.entries(a).every(([name, count]) => b[name as keyof FrameStatistics] === count);
}

export function faultMatrixText(matrix: FaultMatrix): string {
  const rows = matrix.faults.map((figures) => [
    figures.fault,
    String(figures.framesSent),
    String(figures.framesDamaged),
    String(figures.corruptDelivered),
    `${figures.worstResync} / ${figures.worstResyncWithoutDelimiter}`,
    `${figures.samplesSent} = ${figures.samplesDelivered} + ${figures.reportedLostOnLink} + ${figures.reportedDroppedByDevice}`,
    faultHolds(figures) ? 'ok' : 'FAILS',
  ]);
  return [
    `${matrix.framesDamaged} damaged frames of ${matrix.framesSent}, seed ${matrix.seed}, C and TypeScript: ${matrix.corruptDelivered} corrupt frames delivered`,
    textTable(
      [
        ...['fault', 'frames', 'damaged', 'corrupt', 'resync (delimiter lived / died)'],
        ...['samples sent = delivered + link + device', ''],
      ],
      rows,
    ),
  ].join('\n');
}
