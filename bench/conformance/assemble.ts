/**
 * The assembly of the public conformance suite (`add32 %r0, 7`, `ldxw %r1, [%r2+4]`, `jeq %r1, 0, done`) to bytecode,
 * by the numbers of RFC 9669. The label `exit` is the last instruction where nobody sets it. Reads no files; what it cannot read is an Error with the line.
 */

const classes = {
  ld: 0x00,
  ldx: 0x01,
  st: 0x02,
  stx: 0x03,
  alu32: 0x04,
  jmp: 0x05,
  jmp32: 0x06,
  alu64: 0x07,
} as const;
const sizes: Readonly<Record<string, number>> = { w: 0x00, h: 0x08, b: 0x10, dw: 0x18 };
const arithmetic: Readonly<Record<string, number>> = {
  add: 0x00,
  sub: 0x10,
  mul: 0x20,
  div: 0x30,
  sdiv: 0x30,
  or: 0x40,
  and: 0x50,
  lsh: 0x60,
  rsh: 0x70,
  neg: 0x80,
  mod: 0x90,
  smod: 0x90,
  xor: 0xa0,
  mov: 0xb0,
  arsh: 0xc0,
};
const jumps: Readonly<Record<string, number>> = {
  jeq: 0x10,
  jgt: 0x20,
  jge: 0x30,
  jset: 0x40,
  jne: 0x50,
  jsgt: 0x60,
  jsge: 0x70,
  jlt: 0xa0,
  jle: 0xb0,
  jslt: 0xc0,
  jsle: 0xd0,
};
const atomics: Readonly<Record<string, number>> = {
  add: 0x00,
  or: 0x40,
  and: 0x50,
  xor: 0xa0,
  xchg: 0xe1,
  cmpxchg: 0xf1,
};
const fetch = 1;

interface Slot {
  readonly opcode: number;
  readonly dst?: number;
  readonly src?: number;
  readonly offset?: number;
  readonly imm?: bigint;
  /** Label whose distance goes into the field. */
  readonly label?: { readonly name: string; readonly field: 'offset' | 'imm' };
}

type Operands = readonly string[];

const register = (text: string | undefined): number => {
  const match = /^%r(\d+)$/.exec(text ?? '');
  if (match === null) throw new Error(`not a register: ${text}`);
  return Number(match[1]);
};

const isRegister = (text: string | undefined): boolean => text?.startsWith('%') === true;

const number = (text: string | undefined): bigint => {
  const match = /^([+-]?)(0x[0-9a-fA-F]+|\d+)$/.exec(text ?? '');
  if (match === null) throw new Error(`not a number: ${text}`);
  return match[1] === '-' ? -BigInt(match[2] ?? '') : BigInt(match[2] ?? '');
};

function place(text: string | undefined): { readonly base: number; readonly offset: number } {
  const match = /^\[(%r\d+)\s*([+-]\s*\w+)?\]$/.exec(text ?? '');
  if (match === null) throw new Error(`not a place in memory: ${text}`);
  return { base: register(match[1]), offset: Number(number((match[2] ?? '0').replace(/\s/g, ''))) };
}

/** Register or immediate as the last operand of an operation. */
const source = (text: string | undefined): Pick<Slot, 'src' | 'imm'> & { readonly bit: number } =>
  isRegister(text) ? { src: register(text), bit: 8 } : { imm: number(text), bit: 0 };

function target(text: string | undefined, field: 'offset' | 'imm'): Partial<Slot> {
  if (/^[+-]/.test(text ?? ''))
    return field === 'offset' ? { offset: Number(number(text)) } : { imm: number(text) };
  return { label: { name: text ?? '', field } };
}

function arithmeticSlot(name: string, [dst, src]: Operands): Slot | null {
  const swap = /^(be|le|b?swap)(16|32|64)$/.exec(name);
  if (swap !== null) {
    const opcode = swap[1] === 'be' ? 0xdc : swap[1] === 'le' ? 0xd4 : 0xd7;
    return { opcode, dst: register(dst), imm: BigInt(swap[2] ?? 0) };
  }
  const extended = /^movsx(8|16|32)(32|64)$/.exec(name);
  if (extended !== null)
    return {
      opcode: arithmetic.mov! | 8 | (extended[2] === '32' ? classes.alu32 : classes.alu64),
      dst: register(dst),
      src: register(src),
      offset: Number(extended[1]),
    };
  const match = /^([a-z]+)(32|64)?$/.exec(name);
  const operation = arithmetic[match?.[1] ?? ''];
  if (match === null || operation === undefined) return null;
  const { bit, ...value } = src === undefined ? { bit: 0 } : source(src);
  const offset = /^s(div|mod)/.test(name) ? 1 : 0;
  return {
    opcode: operation | bit | (match[2] === '32' ? classes.alu32 : classes.alu64),
    dst: register(dst),
    offset,
    ...value,
  };
}

function memorySlot(name: string, operands: Operands): Slot | null {
  const match = /^(ldxs|ldx|stx|st)(b|h|w|dw)$/.exec(name);
  if (match === null) return null;
  const size = sizes[match[2] ?? ''] ?? 0;
  const [first, second] = operands;
  const loads = match[1]?.startsWith('ldx') === true;
  const { base, offset } = place(loads ? second : first);
  if (loads)
    return {
      opcode: classes.ldx | size | (match[1] === 'ldxs' ? 0x80 : 0x60),
      dst: register(first),
      src: base,
      offset,
    };
  if (match[1] === 'stx')
    return { opcode: classes.stx | size | 0x60, dst: base, src: register(second), offset };
  return { opcode: classes.st | size | 0x60, dst: base, imm: number(second), offset };
}

function atomicSlot(words: Operands): Slot {
  const fetches = words[0] === 'fetch';
  const [name = '', at, value] = fetches ? words.slice(1) : words;
  const operation = atomics[name.replace(/32$/, '')];
  if (operation === undefined) throw new Error(`not an atomic operation: ${name}`);
  const { base, offset } = place(at);
  return {
    opcode: name.endsWith('32') ? 0xc3 : 0xdb,
    dst: base,
    src: register(value),
    offset,
    imm: BigInt(operation | (fetches ? fetch : 0)),
  };
}

function jumpSlot(name: string, operands: Operands): Slot | null {
  if (name === 'exit') return { opcode: 0x95 };
  if (name === 'ja') return { opcode: classes.jmp, ...target(operands[0], 'offset') };
  if (name === 'ja32') return { opcode: classes.jmp32, ...target(operands[0], 'imm') };
  if (name === 'call') {
    const [mode, callee] = operands.length === 1 ? ['helper', operands[0]] : operands;
    if (mode === 'local') return { opcode: 0x85, src: 1, ...target(callee, 'imm') };
    if (mode === 'helper' && isRegister(callee)) return { opcode: 0x8d, dst: register(callee) };
    return { opcode: 0x85, src: mode === 'runtime' ? 2 : 0, imm: number(callee) };
  }
  const operation = jumps[name.replace(/32$/, '')];
  if (operation === undefined) return null;
  const { bit, ...value } = source(operands[1]);
  const opcode = operation | bit | (name.endsWith('32') ? classes.jmp32 : classes.jmp);
  return { opcode, dst: register(operands[0]), ...value, ...target(operands[2], 'offset') };
}

function slotsOf(line: string): readonly Slot[] {
  const [name = '', ...rest] = line
    .replace(/,/g, ' ')
    .replace(/\s*([+-])\s*(?=\w+\])/g, '$1')
    .trim()
    .split(/\s+/);
  if (name === 'lddw') {
    const value = number(rest[1]);
    return [
      { opcode: 0x18, dst: register(rest[0]), imm: value },
      { opcode: 0, imm: value >> 32n },
    ];
  }
  const slot =
    name === 'lock'
      ? atomicSlot(rest)
      : (jumpSlot(name, rest) ?? memorySlot(name, rest) ?? arithmeticSlot(name, rest));
  if (slot === null) throw new Error(`unknown instruction: ${line}`);
  return [slot];
}

export function assemble(text: string): Uint8Array {
  const labels = new Map<string, number>();
  const slots: Slot[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    if (line.endsWith(':')) labels.set(line.slice(0, -1).trim(), slots.length);
    else slots.push(...slotsOf(line));
  }
  const bytes = new Uint8Array(slots.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, { opcode, dst, src, offset, imm, label }] of slots.entries()) {
    const to =
      label === undefined ? 0 : (labels.get(label.name) ?? (label.name === 'exit' ? slots.length - 1 : null));
    if (to === null) throw new Error(`no label ${label?.name}`);
    const distance = to - i - 1;
    bytes[i * 8] = opcode;
    bytes[i * 8 + 1] = (dst ?? 0) | ((src ?? 0) << 4);
    view.setInt16(i * 8 + 2, label?.field === 'offset' ? distance : (offset ?? 0), true);
    view.setInt32(i * 8 + 4, label?.field === 'imm' ? distance : Number(BigInt.asIntN(32, imm ?? 0n)), true);
  }
  return bytes;
}
