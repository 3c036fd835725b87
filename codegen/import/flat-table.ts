import { ByteBuffer } from 'flatbuffers';

/** Longest vector of tables or numbers that a network for a microcontroller needs; more is damage. */
const MOST_ENTRIES = 1 << 16;

/** Each entry takes four bytes of an honest file, which shares none; this much may be shared. */
const SPARE_ENTRIES = 4096;

/** Makes the error to throw when the bytes contradict themselves. */
export type Damage = (why: string) => Error;

/**
 * One table of a FlatBuffers file. `flatbuffers` itself trusts every offset; here each is checked against the file
 * before it is followed, so that no damaged file can lead outside of it. Absent fields read as their default.
 * Format: https://flatbuffers.dev/internals/
 */
export class FlatTable {
  private readonly vtable: number;
  private readonly vtableBytes: number;

  private constructor(
    private readonly buffer: ByteBuffer,
    private readonly position: number,
    private readonly damage: Damage,
    /** Entries that may still be read: lists of a damaged file may share bytes and so multiply. */
    private readonly budget: { entries: number },
  ) {
    this.need(position, 4, 'a table');
    this.vtable = position - buffer.readInt32(position);
    this.need(this.vtable, 4, 'a table layout');
    this.vtableBytes = buffer.readUint16(this.vtable);
    this.need(this.vtable, this.vtableBytes, 'a table layout');
  }

  /**
   * The root table.
   * @param identifier the four characters that mark the format
   */
  static root(bytes: Uint8Array, identifier: string, damage: Damage): FlatTable {
    const buffer = new ByteBuffer(bytes);
    if (bytes.length < 8 || !hasIdentifier(bytes, identifier)) {
      throw damage(`it does not carry the mark "${identifier}"`);
    }
    return new FlatTable(buffer, buffer.readUint32(0), damage, {
      entries: bytes.length + SPARE_ENTRIES,
    });
  }

  int8(field: number, fallback = 0): number {
    const at = this.at(field, 1);
    return at === undefined ? fallback : this.buffer.readInt8(at);
  }

  uint8(field: number, fallback = 0): number {
    const at = this.at(field, 1);
    return at === undefined ? fallback : this.buffer.readUint8(at);
  }

  int32(field: number, fallback = 0): number {
    const at = this.at(field, 4);
    return at === undefined ? fallback : this.buffer.readInt32(at);
  }

  uint32(field: number, fallback = 0): number {
    const at = this.at(field, 4);
    return at === undefined ? fallback : this.buffer.readUint32(at);
  }

  float32(field: number, fallback = 0): number {
    const at = this.at(field, 4);
    return at === undefined ? fallback : this.buffer.readFloat32(at);
  }

  /** Whether the file gives the field at all. */
  has(field: number): boolean {
    return this.at(field, 1) !== undefined;
  }

  table(field: number): FlatTable | undefined {
    const at = this.at(field, 4);
    return at === undefined ? undefined : this.tableAt(at);
  }

  tables(field: number): readonly FlatTable[] {
    return this.entries(field, 4, (at) => this.tableAt(at));
  }

  int32s(field: number): readonly number[] {
    return this.entries(field, 4, (at) => this.buffer.readInt32(at));
  }

  float32s(field: number): readonly number[] {
    return this.entries(field, 4, (at) => this.buffer.readFloat32(at));
  }

  int64s(field: number): readonly number[] {
    return this.entries(field, 8, (at) => Number(this.buffer.readInt64(at)));
  }

  /** A view of the file, not aligned. */
  bytes(field: number): Uint8Array {
    const { start, length } = this.vector(field, 1);
    return this.buffer.bytes().subarray(start, start + length);
  }

  text(field: number): string {
    return new TextDecoder().decode(this.bytes(field));
  }

  private tableAt(at: number): FlatTable {
    return new FlatTable(this.buffer, at + this.buffer.readUint32(at), this.damage, this.budget);
  }

  private entries<Entry>(field: number, size: number, read: (at: number) => Entry): Entry[] {
    const { start, length } = this.vector(field, size);
    this.budget.entries -= length;
    if (length > MOST_ENTRIES || this.budget.entries < 0) {
      throw this.damage(`a list claims ${length} entries`);
    }
    return Array.from({ length }, (_, index) => read(start + index * size));
  }

  private vector(field: number, size: number): { readonly start: number; readonly length: number } {
    const at = this.at(field, 4);
    if (at === undefined) return { start: 0, length: 0 };
    const vector = at + this.buffer.readUint32(at);
    this.need(vector, 4, 'a list');
    const length = this.buffer.readUint32(vector);
    this.need(vector + 4, length * size, 'a list');
    return { start: vector + 4, length };
  }

  /** Where a field lies; undefined when the file leaves it out. */
  private at(field: number, size: number): number | undefined {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.vtableBytes) return undefined;
    const offset = this.buffer.readUint16(this.vtable + entry);
    if (offset === 0) return undefined;
    this.need(this.position + offset, size, 'a field');
    return this.position + offset;
  }

  private need(start: number, bytes: number, what: string): void {
    const capacity = this.buffer.capacity();
    if (start < 0 || start + bytes > capacity) {
      throw this.damage(`${what} at byte ${start} reaches beyond its ${capacity} bytes`);
    }
  }
}

/** FlatBuffers keep the mark of their format in bytes 4 to 7. */
export function hasIdentifier(bytes: Uint8Array, identifier: string): boolean {
  return [...identifier].every((letter, index) => bytes[4 + index] === letter.charCodeAt(0));
}
