/**
 * Long objects of a device, read on credit (docs/wire.md, "Long objects"): the device sends only what was granted, and only into an idle line, so that
 * a slow reader holds up itself and nothing else.
 */
import { IsochroneError } from '../../codegen/errors.js';
import { crc32c } from '../protocol/crc32c.js';
import type { BulkObject, DeviceMessage, ObjectMessage } from '../protocol/messages.js';
import { ask, askUntilAnswered, deviceSilent, RequestIds, type Askable } from './ask.js';

export interface ReadOptions {
  /** Bytes that may be under way at once. */
  readonly creditBytes: number;
  /** Silence after which what is missing is asked for again. */
  readonly answerMs: number;
  readonly attempts: number;
}

/** Eight parts: a twentieth of a second of 921,600 baud, so that the round trips between do not count. */
const DEFAULT_READ: ReadOptions = { creditBytes: 1920, answerMs: 1000, attempts: 8 };
/** Beyond any object of a microcontroller: its length is a claim, and checked before memory is taken. */
const MOST_BYTES = 1 << 20;

export interface ReadObject {
  readonly bytes: Uint8Array;
  /** The answer that a network_input belongs to. */
  readonly resultId: number;
}

const ids = new RequestIds();

/**
 * @returns the whole object, its checksum held
 * @throws IsochroneError DEVICE_REFUSED with `where.reason` not_there, changed or damaged; DEVICE_SILENT; LINK_LOST; LINK_NOT_OPEN
 */
export async function readObject(
  device: Askable,
  object: BulkObject,
  options: Partial<ReadOptions> = {},
): Promise<ReadObject> {
  const { attempts } = { ...DEFAULT_READ, ...options };
  let problem: Problem = 'changed';
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const opened = await open(device, object, options);
    if (opened.state !== 'open') throw refused(object, 'not_there');
    const bytes = await collect(device, opened, options);
    if (bytes !== undefined && crc32c(bytes) === opened.crc) {
      return { bytes, resultId: opened.resultId };
    }
    problem = bytes === undefined ? 'changed' : 'damaged';
  }
  throw refused(object, problem);
}

async function open(
  device: Askable,
  object: BulkObject,
  options: Partial<ReadOptions>,
): Promise<ObjectMessage> {
  const { answerMs, attempts } = { ...DEFAULT_READ, ...options };
  const requestId = ids.take();
  const accept = (message: DeviceMessage): ObjectMessage | undefined =>
    message.kind === 'OBJECT' && message.requestId === requestId ? message : undefined;
  const opened = await askUntilAnswered(
    device,
    { request: { kind: 'READ_OBJECT', requestId, object }, timeoutMs: answerMs, accept },
    attempts,
  );
  if (opened.byteCount > MOST_BYTES) throw refused(object, 'damaged');
  return opened;
}

/** Undefined: the object changed meanwhile. */
async function collect(
  device: Askable,
  { requestId, byteCount }: ObjectMessage,
  options: Partial<ReadOptions>,
): Promise<Uint8Array | undefined> {
  const { creditBytes, answerMs, attempts } = { ...DEFAULT_READ, ...options };
  const bytes = new Uint8Array(byteCount);
  let held = 0;
  for (let failures = 0; held < byteCount; failures += 1) {
    if (failures === attempts) throw deviceSilent('a part of an object');
    const before = held;
    const end = Math.min(byteCount, held + creditBytes);
    const answer = await ask(device, {
      request: { kind: 'CREDIT', requestId, firstByte: held, byteCount: end - held },
      timeoutMs: answerMs,
      accept: (message) => {
        if (message.kind === 'OBJECT' && message.requestId === requestId) return 'changed';
        if (message.kind !== 'OBJECT_PART' || message.requestId !== requestId) return undefined;
        // What does not follow was sent before a loss, and comes again.
        if (message.firstByte !== held || held + message.bytes.length > end) return undefined;
        bytes.set(message.bytes, held);
        held += message.bytes.length;
        return held === end ? 'arrived' : undefined;
      },
      alive: ({ kind }) => kind === 'OBJECT_PART',
    });
    if (answer === 'changed') return undefined;
    if (held > before) failures = -1;
  }
  return bytes;
}

type Problem = 'not_there' | 'changed' | 'damaged';

const HINTS: Readonly<Record<Problem, string>> = {
  not_there:
    'There are a network_input and layer_times after the first result, a crash_record after a fault.',
  changed: 'Stop the device first, or set a longer result_interval_ms: the line is slow.',
  damaged: 'The device says another length or checksum than it sends: report it.',
};

function refused(object: BulkObject, reason: Problem): IsochroneError {
  return new IsochroneError('DEVICE_REFUSED', `the device does not give ${object}: ${reason}`, {
    hint: HINTS[reason],
    where: { command: `READ_OBJECT ${object}`, reason },
  });
}
