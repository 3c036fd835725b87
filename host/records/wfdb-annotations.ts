/**
 * WFDB annotation files in the MIT format: bytes ↔ annotations. Layout and codes: annot(5) of the WFDB Applications Guide and ecgcodes.h, from
 * memory, checked on round trips and on bytes worked out by hand.
 */
import { IsochroneError } from '../../codegen/errors.js';

/** Mnemonic by code; what is not here is not an annotation of a beat, a rhythm or a note. */
const MNEMONICS: readonly string[] = [
  ...['', 'N', 'L', 'R', 'a', 'V', 'F', 'J', 'A', 'S', 'E', 'j', '/', 'Q', '~', '', '|', '', 's'],
  ...['T', '*', 'D', '"', '=', 'p', 'B', '^', 't', '+', 'u', '?', '!', '[', ']', 'e', 'n', '@'],
  ...['x', 'f', '(', ')', 'r'],
];
const CODES = new Map(
  MNEMONICS.flatMap((mnemonic, code) => (mnemonic === '' ? [] : [[mnemonic, code]])),
);

/** Pseudo-annotations: what they say belongs to the one before or after them. */
const SKIP = 59;
const NUM = 60;
const SUB = 61;
const CHN = 62;
const AUX = 63;
/** The interval has ten bits; a longer one needs SKIP. */
const LONGEST_INTERVAL = 1023;
/** Of a text: its length is one byte. */
export const LONGEST_AUX_BYTES = 255;

export interface WfdbAnnotation {
  readonly sampleIndex: number;
  /** `N` a normal or unclassified beat, `V` a ventricular one, `"` a note, `+` a change of rhythm, … (ecgcodes.h). */
  readonly mnemonic: string;
  readonly subtype: number;
  readonly channel: number;
  readonly number: number;
  /** Text of a note or rhythm; empty where there is none. */
  readonly aux: string;
}

export function annotation(sampleIndex: number, mnemonic: string, aux = ''): WfdbAnnotation {
  return { sampleIndex, mnemonic, subtype: 0, channel: 0, number: 0, aux };
}

/** Writes what comes, in any order of time, so that it can be appended as it happens. */
export class AnnotationWriter {
  private sampleIndex = 0;
  private channel = 0;
  private number = 0;

  /** @throws {IsochroneError} RECORD_ANNOTATION_INVALID */
  encode(one: WfdbAnnotation): Buffer {
    const code = CODES.get(one.mnemonic);
    const aux = Buffer.from(one.aux, 'utf8');
    if (code === undefined || aux.length > LONGEST_AUX_BYTES) {
      throw new IsochroneError(
        'RECORD_ANNOTATION_INVALID',
        code === undefined
          ? `"${one.mnemonic}" is no annotation of WFDB`
          : `the text of an annotation has ${aux.length} bytes, at most ${LONGEST_AUX_BYTES} fit`,
        { hint: 'Use a note (mnemonic ") and a short text.', where: { sample: one.sampleIndex } },
      );
    }
    const words: number[] = [];
    const word = (type: number, low: number): void => {
      words.push((type << 10) | (low & 0x3ff));
    };
    let interval = one.sampleIndex - this.sampleIndex;
    if (interval < 0 || interval > LONGEST_INTERVAL) {
      word(SKIP, 0);
      // As a PDP-11 has it: the high half first, each half little-endian.
      words.push((interval >>> 16) & 0xffff, interval & 0xffff);
      interval = 0;
    }
    word(code, interval);
    if (one.subtype !== 0) word(SUB, one.subtype);
    // These two hold until they are changed.
    if (one.channel !== this.channel) word(CHN, one.channel);
    if (one.number !== this.number) word(NUM, one.number);
    if (aux.length > 0) word(AUX, aux.length);
    this.sampleIndex = one.sampleIndex;
    this.channel = one.channel;
    this.number = one.number;
    const bytes = Buffer.alloc(words.length * 2 + aux.length + (aux.length % 2));
    words.forEach((value, i) => bytes.writeUInt16LE(value, 2 * i));
    aux.copy(bytes, words.length * 2);
    return bytes;
  }
}

/** Whole file, in order of time, with its end. */
export function encodeAnnotations(annotations: readonly WfdbAnnotation[]): Buffer {
  const writer = new AnnotationWriter();
  const sorted = [...annotations].sort((a, b) => a.sampleIndex - b.sampleIndex);
  return Buffer.concat([...sorted.map((one) => writer.encode(one)), Buffer.alloc(2)]);
}

/**
 * What is there, in order of time. A file without its end, as a crash leaves it, gives all that is whole.
 * Codes that ecgcodes.h does not have keep their place in time and are left out.
 */
export function decodeAnnotations(bytes: Buffer): readonly WfdbAnnotation[] {
  const found: { -readonly [K in keyof WfdbAnnotation]: WfdbAnnotation[K] }[] = [];
  let sampleIndex = 0;
  let channel = 0;
  let number = 0;
  let last: (typeof found)[number] | undefined;
  for (let at = 0; at + 2 <= bytes.length;) {
    const word = bytes.readUInt16LE(at);
    at += 2;
    if (word === 0) break;
    const type = word >> 10;
    const low = word & 0x3ff;
    const signed = (low << 24) >> 24;
    if (type === SKIP) {
      if (at + 4 > bytes.length) break;
      sampleIndex += (bytes.readUInt16LE(at) << 16) | bytes.readUInt16LE(at + 2);
      at += 4;
    } else if (type === AUX) {
      if (at + low > bytes.length) break;
      if (last !== undefined) last.aux = bytes.toString('utf8', at, at + low);
      at += low + (low % 2);
    } else if (type === SUB) {
      if (last !== undefined) last.subtype = signed;
    } else if (type === CHN) {
      channel = low & 0xff;
      if (last !== undefined) last.channel = channel;
    } else if (type === NUM) {
      number = signed;
      if (last !== undefined) last.number = number;
    } else {
      sampleIndex += low;
      const mnemonic = MNEMONICS[type] ?? '';
      last = { sampleIndex, mnemonic, subtype: 0, channel, number, aux: '' };
      if (mnemonic !== '') found.push(last);
    }
  }
  return found.sort((a, b) => a.sampleIndex - b.sampleIndex);
}
