/**
 * The UART boot loader of an STM32 (ST application note AN3155), as far as a programmer uses it: a simulator of an STM32F405's, with its
 * flash and nothing else. One byte in, the bytes that it answers out.
 */

const ACK = 0x79;
const NACK = 0x1f;
const INIT = 0x7f;
const VERSION = 0x31;
/** Product id of the STM32F405 and F407 (AN2606). */
const PRODUCT = 0x0413;
const GET = 0x00;
const GET_VERSION = 0x01;
const GET_ID = 0x02;
const READ = 0x11;
const GO = 0x21;
const WRITE = 0x31;
const ERASE = 0x44;
const COMMANDS = [GET, GET_VERSION, GET_ID, READ, GO, WRITE, ERASE];

export const FLASH_ORIGIN = 0x0800_0000;
/** The first four sectors of 16 KB, one of 64 KB and the rest of 128 KB (RM0090, table 5). */
const SECTORS = [
  ...Array.from({ length: 4 }, () => 16),
  64,
  ...Array.from({ length: 7 }, () => 128),
].map((kilobytes) => kilobytes * 1024);
const FLASH_BYTES = SECTORS.reduce((sum, bytes) => sum + bytes, 0);

type Conversation = Generator<readonly number[], void, number>;

export class An3155BootLoader {
  /** Not erased at first: who writes without erasing does not get what was meant. */
  readonly flash = new Uint8Array(FLASH_BYTES).fill(0x5a);
  /** Address that the host jumped to. */
  started: number | undefined;
  /** Bits flipped in every byte that is written at this offset: flash that does not keep. */
  wornOffset: number | undefined;
  private conversation: Conversation;

  constructor() {
    this.conversation = this.talk();
    this.conversation.next();
  }

  push(byte: number): readonly number[] {
    const { value } = this.conversation.next(byte);
    return value ?? [];
  }

  private *talk(): Conversation {
    let reply: readonly number[] = [];
    for (;;) {
      const byte: number = yield reply;
      reply = [];
      if (byte === INIT) {
        reply = [ACK];
        continue;
      }
      const complement: number = yield [];
      if ((byte ^ complement) !== 0xff || !COMMANDS.includes(byte)) {
        reply = [NACK];
        continue;
      }
      reply = yield* this.obey(byte);
    }
  }

  private *obey(command: number): Generator<readonly number[], readonly number[], number> {
    switch (command) {
      case GET:
        return [ACK, COMMANDS.length, VERSION, ...COMMANDS, ACK];
      case GET_VERSION:
        return [ACK, VERSION, 0, 0, ACK];
      case GET_ID:
        return [ACK, 1, PRODUCT >> 8, PRODUCT & 0xff, ACK];
      case ERASE:
        return yield* this.erase();
      default:
        return yield* this.atAddress(command);
    }
  }

  private *atAddress(command: number): Generator<readonly number[], readonly number[], number> {
    const head = yield* take(5, [ACK]);
    const address = head.slice(0, 4).reduce((sum, byte) => sum * 256 + byte, 0);
    const offset = address - FLASH_ORIGIN;
    if (parity(head) !== 0 || offset < 0 || offset >= FLASH_BYTES) return [NACK];
    if (command === GO) {
      this.started = address;
      return [ACK];
    }
    if (command === READ) {
      const [count = 0, complement = 0] = yield* take(2, [ACK]);
      if ((count ^ complement) !== 0xff) return [NACK];
      return [ACK, ...this.flash.subarray(offset, offset + count + 1)];
    }
    const [count = 0] = yield* take(1, [ACK]);
    const data = yield* take(count + 2, []);
    if (parity([count, ...data]) !== 0) return [NACK];
    data.slice(0, -1).forEach((byte, i) => {
      const worn = this.wornOffset === offset + i ? 1 : 0;
      // Flash only turns ones into zeros.
      this.flash[offset + i] = (this.flash[offset + i] ?? 0) & (byte ^ worn);
    });
    return [ACK];
  }

  private *erase(): Generator<readonly number[], readonly number[], number> {
    const [high = 0, low = 0] = yield* take(2, [ACK]);
    const number = high * 256 + low;
    if (number >= 0xfff0) {
      yield* take(1, []);
      this.flash.fill(0xff);
      return [ACK];
    }
    const pages = yield* take(2 * (number + 1) + 1, []);
    if (parity([high, low, ...pages]) !== 0) return [NACK];
    for (let i = 0; i <= number; i += 1) {
      const sector = (pages[2 * i] ?? 0) * 256 + (pages[2 * i + 1] ?? 0);
      const begin = SECTORS.slice(0, sector).reduce((sum, bytes) => sum + bytes, 0);
      this.flash.fill(0xff, begin, begin + (SECTORS[sector] ?? 0));
    }
    return [ACK];
  }
}

/** So many bytes, after this answer. */
function* take(
  count: number,
  answer: readonly number[],
): Generator<readonly number[], number[], number> {
  const bytes: number[] = [];
  while (bytes.length < count) bytes.push(yield bytes.length === 0 ? answer : []);
  return bytes;
}

const parity = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum ^ byte, 0);
