/**
 * Damage that knows protobuf's wire format (https://protobuf.dev/programming-guides/encoding/): the message stays one, what
 * it says does not. Field numbers are those of onnx.proto.
 */
import { EDGES, joined, type Damage, type Pick } from './mutate.js';

/** ModelProto.graph. */
const GRAPH = 7;
const LENGTH_DELIMITED = 2;
const VARINT = 0;

interface WireField {
  readonly number: number;
  readonly type: number;
  /** The field with its tag. */
  readonly whole: Uint8Array;
  /** What a length-delimited field holds. */
  readonly content: Uint8Array;
}

/** The fields of a message; undefined where the bytes are none. */
function fieldsOf(bytes: Uint8Array): readonly WireField[] | undefined {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at];
      if (byte === undefined) return NaN;
      at += 1;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    return NaN;
  };
  while (at < bytes.length) {
    const start = at;
    const tag = varint();
    const type = tag & 7;
    let length = 0;
    if (type === VARINT) varint();
    else if (type === 1) length = 8;
    else if (type === 5) length = 4;
    else if (type === LENGTH_DELIMITED) length = varint();
    else return undefined;
    const from = at;
    at += length;
    if (!(at <= bytes.length)) return undefined;
    const number = Math.floor(tag / 8);
    fields.push({
      number,
      type,
      whole: bytes.subarray(start, at),
      content: bytes.subarray(from, at),
    });
  }
  return fields;
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** Tag, length and content of a length-delimited field. */
function delimited(number: number, content: Uint8Array, claimed = content.length): Uint8Array {
  return joined(varintBytes(number * 8 + LENGTH_DELIMITED), varintBytes(claimed), content);
}

/** Changes the list of fields of a message somewhere inside: of the graph, or some way further down. */
function somewhere(
  change: (fields: readonly WireField[], pick: Pick) => readonly Uint8Array[],
): Damage {
  const descend = (bytes: Uint8Array, pick: Pick, depth: number): Uint8Array => {
    const fields = fieldsOf(bytes);
    if (fields === undefined || fields.length === 0) return bytes;
    const inner = fields
      .map((field, index) => ({ field, index }))
      .filter(({ field }) => field.type === LENGTH_DELIMITED && field.content.length > 0);
    const down = depth === 0 ? inner.filter(({ field }) => field.number === GRAPH) : inner;
    const into = down[pick(Math.max(1, down.length))];
    if (into !== undefined && (depth === 0 || (depth < 5 && pick(2) === 0))) {
      const below = fieldsOf(into.field.content);
      if (below !== undefined && below.length > 0) {
        const content = descend(into.field.content, pick, depth + 1);
        return joined(
          ...fields.map(({ whole }, index) =>
            index === into.index ? delimited(into.field.number, content) : whole,
          ),
        );
      }
    }
    return joined(...change(fields, pick));
  };
  return (bytes, pick) => descend(bytes, pick, 0);
}

const wholes = (fields: readonly WireField[]): Uint8Array[] => fields.map(({ whole }) => whole);

export const onnxDamage: Readonly<Record<string, Damage>> = {
  'field twice': somewhere((fields, pick) => {
    const all = wholes(fields);
    const again = all[pick(all.length)] ?? new Uint8Array();
    all.splice(pick(all.length + 1), 0, again);
    return all;
  }),
  'field missing': somewhere((fields, pick) => wholes(fields).toSpliced(pick(fields.length), 1)),
  // Nodes out of order read what nothing before them computes: also how a cycle looks.
  'fields exchanged': somewhere((fields, pick) => {
    const all = wholes(fields);
    const [a, b] = [pick(all.length), pick(all.length)];
    [all[a], all[b]] = [all[b] ?? new Uint8Array(), all[a] ?? new Uint8Array()];
    return all;
  }),
  // Another node's name, input or weight: cycles, wrong shapes, a tensor that is written twice.
  'content of another field': somewhere((fields, pick) => {
    const [from, to] = [fields[pick(fields.length)], pick(fields.length)];
    return fields.map(({ whole, number, type }, index) =>
      index === to && type === LENGTH_DELIMITED && from?.type === LENGTH_DELIMITED
        ? delimited(number, from.content)
        : whole,
    );
  }),
  'length field': somewhere((fields, pick) => {
    const to = pick(fields.length);
    const claimed = EDGES[pick(EDGES.length)] ?? 0;
    return fields.map(({ whole, number, type, content }, index) =>
      index === to && type === LENGTH_DELIMITED ? delimited(number, content, claimed) : whole,
    );
  }),
  // Dimensions, data types, attribute values, the operator set.
  'number at an edge': somewhere((fields, pick) => {
    const numbers = fields.flatMap(({ type }, index) => (type === VARINT ? [index] : []));
    const to = numbers[pick(Math.max(1, numbers.length))];
    const value = varintBytes(EDGES[pick(EDGES.length)] ?? 0);
    return fields.map(({ whole, number }, index) =>
      index === to ? joined(varintBytes(number * 8 + VARINT), value) : whole,
    );
  }),
  // Packed dimensions and attributes of lists.
  'packed numbers at an edge': somewhere((fields, pick) => {
    const to = pick(fields.length);
    return fields.map(({ whole, number, type, content }, index) => {
      if (index !== to || type !== LENGTH_DELIMITED || content.length > 16) return whole;
      const values = Array.from({ length: 1 + pick(4) }, () =>
        varintBytes(EDGES[pick(EDGES.length)] ?? 0),
      );
      return delimited(number, joined(...values));
    });
  }),
  'unknown field': somewhere((fields, pick) => {
    const all = wholes(fields);
    all.splice(
      pick(all.length + 1),
      0,
      delimited(
        1 + pick(40),
        Uint8Array.from({ length: pick(8) }, () => pick(256)),
      ),
    );
    return all;
  }),
};
