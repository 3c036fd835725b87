/**
 * Conformance vectors: messages at their boundaries with the bytes they must become, for any implementation of the wire.
 * Written to tests/conformance/wire/vectors.json.
 */
import { encodePayload } from './codec.js';
import { FrameEncoder, SCHEMA_HASH } from './frame.js';
import type { Message } from './messages.js';
import type { EnumField, Field, MessageSchema, ScalarField, WireSchema } from './schema-types.js';

export interface ConformanceVector {
  readonly name: string;
  readonly type: number;
  readonly message: Message;
  readonly payload: string;
  /** Sequence number of the frame. */
  readonly sequence: number;
  /** As it goes over the line, its zero included. */
  readonly frame: string;
}

export interface ConformanceFile {
  readonly schemaHash: number;
  readonly vectors: readonly ConformanceVector[];
}

/** Where in its range a value is taken; `spread` differs from element to element, so that a swap shows. */
const FILLS = ['least', 'most', 'spread'] as const;
type Fill = (typeof FILLS)[number];

const SCALARS = {
  u8: { least: 0, most: 0xff },
  u16: { least: 0, most: 0xffff },
  u32: { least: 0, most: 0xffffffff },
  i8: { least: -0x80, most: 0x7f },
  i16: { least: -0x8000, most: 0x7fff },
  // The finite ends of binary32.
  f32: { least: -3.4028234663852886e38, most: 3.4028234663852886e38 },
} as const;

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A running number makes every element of a message different from its neighbours. */
class Filler {
  private step = 0;

  constructor(
    private readonly fill: Fill,
    private readonly enums: ReadonlyMap<string, readonly string[]>,
  ) {}

  field(field: Field): unknown {
    switch (field.kind) {
      case 'scalar':
      case 'enum':
        return this.part(field);
      case 'text':
        return this.text(field.maxBytes);
      case 'texts':
        return this.repeat(this.count(field.max), () => this.text(field.maxBytes));
      case 'fixed':
        return this.repeat(field.length, () => this.scalar(field.type));
      case 'list':
        return this.repeat(this.count(field.max) * field.per, () => this.scalar(field.type));
      case 'records':
        return this.repeat(this.count(field.max), () =>
          Object.fromEntries(field.fields.map((part) => [part.name, this.part(part)])),
        );
    }
  }

  private repeat<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }

  private part(part: ScalarField | EnumField): number | string {
    if (part.kind === 'scalar') return this.scalar(part.type);
    const values = this.enums.get(part.enumName) ?? [];
    this.step += 1;
    const index =
      this.fill === 'least'
        ? 0
        : this.fill === 'most'
          ? values.length - 1
          : this.step % values.length;
    return values[index] ?? '';
  }

  private scalar(type: keyof typeof SCALARS): number {
    const { least, most } = SCALARS[type];
    if (this.fill !== 'spread') return SCALARS[type][this.fill];
    this.step += 1;
    // An odd multiplier visits every value; the result stays exact in binary32 by way of sixteenths.
    if (type === 'f32') return (((this.step * 7919) % 4096) - 2048) / 16;
    const span = most - least + 1;
    return least + ((this.step * 40503 * 65537) % span);
  }

  private count(max: number): number {
    return this.fill === 'least' ? 0 : this.fill === 'most' ? max : Math.ceil(max / 2);
  }

  private text(maxBytes: number): string {
    this.step += 1;
    const letter = String.fromCharCode(97 + (this.step % 26));
    return letter.repeat(this.count(maxBytes));
  }
}

function vector(
  schema: WireSchema,
  message: MessageSchema,
  fill: Fill,
  encoder: FrameEncoder,
  sequence: number,
): ConformanceVector {
  const filler = new Filler(fill, new Map(schema.enums.map(({ name, values }) => [name, values])));
  const filled = Object.fromEntries(
    message.fields.map((field) => [field.name, filler.field(field)]),
  );
  const value = { kind: message.name, ...filled } as unknown as Message;
  const payload = encodePayload(value);
  return {
    name: `${message.name} ${fill}`,
    type: message.type,
    message: value,
    payload: hexOf(payload),
    sequence: sequence & 0xff,
    frame: hexOf(encoder.encodeFrame(message.type, payload)),
  };
}

export function conformanceVectors(schema: WireSchema): string {
  const encoder = new FrameEncoder();
  let sequence = -1;
  const vectors = schema.messages.flatMap((message) =>
    (message.fields.length === 0 ? FILLS.slice(0, 1) : FILLS).map((fill) => {
      sequence += 1;
      return vector(schema, message, fill, encoder, sequence);
    }),
  );
  const lines = vectors.map((entry) => `    ${JSON.stringify(entry)}`);
  return `{\n  "schemaHash": ${SCHEMA_HASH},\n  "vectors": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
