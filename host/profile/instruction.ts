/**
 * One instruction of a disassembly, as far as timing needs it: what kind of work it is, which registers it reads and writes.
 * Registers are named r0–r15; the floating-point and vector ones by the words they hold, s0–s31: d1 is s2 and s3, q1 is s4–s7.
 */

export interface Instruction {
  readonly address: number;
  readonly bytes: number;
  /** As objdump prints it. */
  readonly text: string;
  /** Without a width suffix (`.n`, `.w`), with its condition and data types: `ldrb`, `addne`, `vmladava.s8`. */
  readonly mnemonic: string;
  readonly operands: readonly string[];
  readonly kind: Kind;
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Those of `reads` that make an address. */
  readonly addresses: ReadonlySet<string>;
  /** Words that a load or store of several moves; 1 of all others. */
  readonly transfers: number;
}

export type Kind =
  | 'branch'
  | 'load'
  | 'store'
  /** Several words: `ldm`, `ldrd`, `push` … */
  | 'loadMultiple'
  | 'storeMultiple'
  | 'multiply'
  | 'divide'
  /** Works on parts of a register: extension, packing, saturation, bit fields. */
  | 'dsp'
  | 'alu'
  /** Scalar floating point, and moves between the two register files. */
  | 'float'
  /** Helium. */
  | 'vectorLoad'
  | 'vectorStore'
  | 'vectorMultiply'
  | 'vectorInteger'
  | 'vectorControl'
  | 'loopEnd'
  | 'none';

const CONDITION = '(?:eq|ne|cs|cc|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al)?';
const ALIASES: Readonly<Record<string, string>> = {
  sb: 'r9',
  sl: 'r10',
  fp: 'r11',
  ip: 'r12',
  sp: 'r13',
  lr: 'r14',
  pc: 'r15',
};

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})${CONDITION}$`);
const vector = (pattern: string): RegExp => new RegExp(`^(?:${pattern})[te]?$`);

/** The first that fits the mnemonic without its data types. */
const SCALAR_KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^(?:le|letp)$/, 'loopEnd'],
  [/^(?:cbn?z|tb[bh])$/, 'branch'],
  [whole('b'), 'branch'],
  [whole('bl|bx|blx|bxns|blxns'), 'branch'],
  [whole('ldr(?:b|h|sb|sh)?t?'), 'load'],
  [whole('str(?:b|h)?t?'), 'store'],
  [whole('ldm(?:ia|db|fd|ea)?|pop|ldrd|vldm(?:ia|db)?|vpop|lctp'), 'loadMultiple'],
  [whole('stm(?:ia|db|fd|ea)?|push|strd|vstm(?:ia|db)?|vpush'), 'storeMultiple'],
  [whole('[su]div'), 'divide'],
  [/^(?:mul|ml[as]|umul|umlal|umaal|sm[lmu])/, 'multiply'],
  [whole('nop|it[te]{0,3}'), 'none'],
  [whole('[su]xta?(?:b|h|b16)|pkh(?:bt|tb)|[su]sat(?:16)?|[su]bfx|bf[ic]|clz|rbit'), 'dsp'],
  [whole('rev(?:16|sh)?|sel|usada?8|q(?:d?add|d?sub)'), 'dsp'],
  [whole('(?:[su]h?|u?q)(?:add|sub)(?:8|16)|(?:[su]h?|u?q)(?:asx|sax)'), 'dsp'],
];

/** Of mnemonics that begin with v, where a vector register is among the operands. */
const VECTOR_KINDS: readonly (readonly [RegExp, Kind])[] = [
  [vector('vldr[bhwd]?|vld[24][0-3]'), 'vectorLoad'],
  [vector('vstr[bhwd]?|vst[24][0-3]'), 'vectorStore'],
  // Multiplication, reduction by addition, comparison and floating point share a pipe (ARMScheduleM55.td).
  [
    vector(
      'vr?ml[as]l?d?a?va?x?|vml[as]s?|vq?r?d?mulh|vr?mulh|vmul|vq?d?mull[bt]|vqr?dml\\w*|vaddl?va?|vfm[as]s?|vcmp|vpt|vcvt\\w*|vrint\\w|vcm(?:la|ul)|v(?:min|max)nm\\w*',
    ),
    'vectorMultiply',
  ],
];

/** Mnemonics whose destination is also a source. */
const ACCUMULATES = [
  whole('[su]mlals?|umaal|smlal(?:bb|bt|tb|tt|dx?)|smlsldx?|bf[ic]|movt|vfn?m[as]|vn?ml[as]'),
  vector('vml[as]s?|vfm[as]s?|vr?ml[as]l?davh?ax?|vmlava|vaddl?va|vabav|vs[lr]i|vshlc'),
  vector('vq?movu?n[bt]|vq?r?shru?n[bt]|vqr?dml\\w*'),
];
/** Mnemonics that write nothing but flags or special registers. */
const WITHOUT_DESTINATION = [whole('cmp|cmn|tst|teq|vcmpe?|msr|vmsr|pld'), vector('vcmp|vpt')];
const TWO_DESTINATIONS =
  /^(?:ldrd|[su]mull|[su]mlal|umaal|smlal[^btd]|smlald|smlsld|asrl|lsll|lsrl|vr?ml[as]ldav|vaddlv)/;
const CORE_REGISTER = /^(?:r\d+|s[bpl]|fp|ip|lr|pc)$/;

function registersOf(text: string): string[] {
  const found: string[] = [];
  // A range such as {r4-r7} or {s16-s31} first, then what stands alone.
  const rest = text.replace(/\b([rsdq])(\d+)-[rsdq](\d+)\b/g, (_, bank: string, from, to) => {
    for (let index = Number(from); index <= Number(to); index += 1) {
      found.push(...wordsOf(bank, index));
    }
    return '';
  });
  for (const [name] of rest.matchAll(/\b(?:[rsdq]\d+|s[bpl]|fp|ip|lr|pc)\b/g)) {
    const alias = ALIASES[name];
    if (alias !== undefined) found.push(alias);
    else found.push(...wordsOf(name.slice(0, 1), Number(name.slice(1))));
  }
  return found;
}

/** A register by its words. */
function wordsOf(bank: string, index: number): readonly string[] {
  const words = bank === 'd' ? 2 : bank === 'q' ? 4 : 0;
  if (words === 0) return [`${bank}${index}`];
  return Array.from({ length: words }, (_, word) => `s${index * words + word}`);
}

/** At the commas outside brackets. */
function split(operands: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of operands) {
    if ('[{'.includes(character)) depth += 1;
    if (']}'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  return part.trim() === '' ? parts : [...parts, part.trim()];
}

function kindOf(base: string, operands: string): Kind {
  if (base.startsWith('v')) {
    if (/^v(?:pst|pnot|ctp)[te]*$/.test(base)) return 'vectorControl';
    if (/^v(?:ldm|pop|stm|push)/.test(base)) return lookUp(SCALAR_KINDS, base) ?? 'float';
    if (/\bq\d/.test(operands)) return lookUp(VECTOR_KINDS, base) ?? 'vectorInteger';
    if (/^vldr/.test(base)) return /\bd\d/.test(operands) ? 'loadMultiple' : 'load';
    if (/^vstr/.test(base)) return /\bd\d/.test(operands) ? 'storeMultiple' : 'store';
    return 'float';
  }
  return lookUp(SCALAR_KINDS, base) ?? 'alu';
}

function lookUp(table: readonly (readonly [RegExp, Kind])[], base: string): Kind | undefined {
  return table.find(([pattern]) => pattern.test(base))?.[1];
}

/** How many of the first operands are written. */
function destinationsOf(base: string, kind: Kind, operands: readonly string[]): number {
  if (['store', 'storeMultiple', 'vectorStore', 'loopEnd', 'none'].includes(kind)) return 0;
  if (WITHOUT_DESTINATION.some((pattern) => pattern.test(base))) return 0;
  if (TWO_DESTINATIONS.test(base)) return 2;
  // vmov r0, r1, d0 has two; vmov d0, r0, r1 and vmov.32 q0[0], r0 have one.
  const [first = '', second = ''] = operands;
  const pair = CORE_REGISTER.test(first) && CORE_REGISTER.test(second) && operands.length > 2;
  return base.startsWith('vmov') && pair ? 2 : 1;
}

type Registers = Pick<Instruction, 'transfers'> &
  Readonly<Record<'reads' | 'writes' | 'addresses', ReadonlySet<string>>>;

/** `ldmia r0!, {r4, r5}`, `push {r4, lr}`. */
function registersOfMultiple(kind: Kind, operands: readonly string[]): Registers {
  const list = registersOf(operands.find((operand) => operand.startsWith('{')) ?? '');
  const [first = ''] = operands;
  const onStack = first.startsWith('{');
  const base = onStack ? ['r13'] : registersOf(first);
  const moved = onStack || first.endsWith('!') ? base : [];
  const loads = kind === 'loadMultiple';
  return {
    addresses: new Set(base),
    reads: new Set(loads ? base : [...base, ...list]),
    writes: new Set(loads ? [...moved, ...list] : moved),
    transfers: list.length,
  };
}

function registersOfBranch(base: string, operands: readonly string[]): Registers {
  // What the others name is a label, and d8 an address.
  const read = /^(?:bl?x|cbn?z|tb)/.test(base) ? registersOf(operands[0] ?? '') : [];
  return {
    addresses: new Set(),
    reads: new Set(read),
    writes: new Set(/^blx?(?:$|[a-z]{2}$)/.test(base) ? ['r14'] : []),
    transfers: 1,
  };
}

function registersOfOthers(base: string, kind: Kind, operands: readonly string[]): Registers {
  const addresses = new Set<string>();
  const reads = new Set<string>();
  const writes = new Set<string>();
  const destinations = destinationsOf(base, kind, operands);
  operands.forEach((operand, index) => {
    const registers = registersOf(operand);
    if (operand.startsWith('[')) {
      for (const register of registers) addresses.add(register);
      // "[r0, #4]!" and "[r0], #4" move the base.
      const [moved] = registers;
      const moves = operand.endsWith('!') || index < operands.length - 1;
      if (moves && moved !== undefined) writes.add(moved);
    } else if (index < destinations) {
      for (const register of registers) writes.add(register);
    }
    if (index >= destinations || ACCUMULATES.some((pattern) => pattern.test(base))) {
      for (const register of registers) reads.add(register);
    }
  });
  if (kind === 'loopEnd') {
    reads.add('r14');
    writes.add('r14');
  }
  const double = kind === 'loadMultiple' || kind === 'storeMultiple';
  return { addresses, reads, writes, transfers: double ? 2 : 1 };
}

function registersIn(base: string, kind: Kind, operands: readonly string[]): Registers {
  if (/^v?(?:ldm|stm|push|pop)/.test(base)) return registersOfMultiple(kind, operands);
  if (kind === 'branch') return registersOfBranch(base, operands);
  return registersOfOthers(base, kind, operands);
}

/** @param text mnemonic and operands as objdump prints them, without its comment */
export function parseInstruction(address: number, bytes: number, text: string): Instruction {
  const [, printed = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(text.trim()) ?? [];
  const mnemonic = printed.replace(/\.[nw]$/, '');
  const base = mnemonic.replace(/\..*$/, '');
  const operands = split(rest);
  const kind = kindOf(base, rest);
  return { address, bytes, text, mnemonic, operands, kind, ...registersIn(base, kind, operands) };
}

/** Goes on elsewhere than behind itself, or can. */
export function changesFlow(instruction: Instruction): boolean {
  return (
    instruction.kind === 'branch' ||
    instruction.kind === 'loopEnd' ||
    instruction.writes.has('r15') ||
    /^(?:wls|wlstp)/.test(instruction.mnemonic)
  );
}

/** Between registers, of either file. */
export function isMove({ mnemonic }: Instruction): boolean {
  return /^v?mov/.test(mnemonic);
}
