/**
 * Static probes (USDT) of an executable or library: notes of the section `.note.stapsdt`.
 *
 *     staticProbes(bytes)   →   [{ provider: 'libc', name: 'setjmp', offset: 0x3c1a0n, semaphore: 0n, args: ['8@%rdi', …] }]
 *     argumentSpec('-4@%esi')   →   { kind: register, register: 104, signed: true, shift: 32, value: 0n }
 *
 * Invariant: offsets are in the file, as a uprobe wants them. Arguments of x86-64 are read; of other machines none is.
 */

import { usdtSpec } from '../bpf/usdt.ts';
import { ByteReader, ByteWriter, MalformedError } from './bytes.ts';
import { fileOffset } from './segments.ts';

export interface StaticProbe {
  readonly provider: string;
  readonly name: string;
  readonly offset: bigint;
  /** Of the counter that says whether someone listens; 0n: there is none. */
  readonly semaphore: bigint;
  readonly args: readonly string[];
}

interface Part {
  readonly name: string;
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
}

function sectionsOf(r: ByteReader): readonly Part[] {
  r.at = 40;
  const table = Number(r.u64());
  r.at = 60;
  const count = r.u16();
  const names = r.u16();
  const heads = Array.from({ length: count }, (_, i) => {
    r.at = table + i * 64;
    const name = r.u32();
    r.at = table + i * 64 + 16;
    return { name, address: r.u64(), offset: Number(r.u64()), size: Number(r.u64()) };
  });
  const strings = heads[names]?.offset ?? 0;
  return heads.map((h) => ({ ...h, name: r.text(strings + h.name) }));
}

/** Where an address is in the file. */
function placeOf(r: ByteReader, address: bigint): bigint {
  const offset = fileOffset(r, address, 'memory');
  if (offset === null) throw new MalformedError('a static probe lies in no segment');
  return offset;
}

export function staticProbes(bytes: Uint8Array): readonly StaticProbe[] {
  const r = new ByteReader(bytes, bytes[5] === 2 ? 'big' : 'little');
  const sections = sectionsOf(r);
  const notes = sections.find((s) => s.name === '.note.stapsdt');
  if (notes === undefined) return [];
  // Programs like prelink move the code without the notes, which say where they thought this section was.
  const base = sections.find((s) => s.name === '.stapsdt.base')?.address;
  const out: StaticProbe[] = [];
  const aligned = (n: number): number => Math.ceil(n / 4) * 4;
  for (let at = notes.offset; at < notes.offset + notes.size; ) {
    r.at = at;
    const [nameSize, size] = [r.u32(), r.u32()];
    const start = at + 12 + aligned(nameSize);
    at = start + aligned(size);
    r.at = start;
    const [location, noted, counter] = [r.u64(), r.u64(), r.u64()];
    const moved = base === undefined || noted === 0n ? 0n : base - noted;
    const provider = r.text(start + 24);
    const name = r.text(start + 24 + provider.length + 1);
    const args = r.text(start + 24 + provider.length + 1 + name.length + 1);
    out.push({
      provider,
      name,
      offset: placeOf(r, location + moved),
      semaphore: counter === 0n ? 0n : placeOf(r, counter + moved),
      args: args.split(' ').filter((arg) => arg !== ''),
    });
  }
  return out;
}

export interface ArgumentSpec {
  readonly value: bigint;
  readonly kind: number;
  /** Offset in struct pt_regs. */
  readonly register: number;
  readonly signed: boolean;
  /** Bits that a 64-bit register has too many. */
  readonly shift: number;
}

/** Offsets in struct pt_regs of x86-64, by the name of the whole register. */
const registers: Readonly<Record<string, number>> = {
  r15: 0,
  r14: 8,
  r13: 16,
  r12: 24,
  bp: 32,
  bx: 40,
  r11: 48,
  r10: 56,
  r9: 64,
  r8: 72,
  ax: 80,
  cx: 88,
  dx: 96,
  si: 104,
  di: 112,
  ip: 128,
  sp: 152,
};

/** `rdi`, `edi`, `di`, `dil` alike. */
function registerOffset(name: string): number {
  const numbered = /^(r\d+)[dwb]?$/.exec(name)?.[1];
  const short =
    numbered ??
    name
      .replace(/^[re]/, '')
      .replace(/^([abcd])l$/, '$1x')
      .replace(/^(si|di|bp|sp)l$/, '$1');
  const offset = registers[short];
  if (offset === undefined) throw new MalformedError(`a static probe's argument is in ${name}`);
  return offset;
}

/** What a note says of an argument: `-4@%esi`, `8@-16(%rbp)`, `4@$5`. */
export function argumentSpec(text: string): ArgumentSpec {
  const match = /^(-?)([1248])@(?:\$(-?(?:0x[0-9a-f]+|\d+))|%(\w+)|(-?(?:0x[0-9a-f]+|\d+)|)\(%(\w+)\))$/.exec(
    text,
  );
  if (match === null) throw new MalformedError(`a static probe's argument is ${text}`);
  const [, minus, size, constant, register, displacement, pointer] = match;
  const common = { signed: minus === '-', shift: 64 - 8 * Number(size) };
  const { kinds } = usdtSpec;
  const number = (digits: string): bigint =>
    digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits === '' ? 0 : digits);
  if (constant !== undefined)
    return { ...common, kind: kinds.constant, value: number(constant), register: 0 };
  if (register !== undefined)
    return { ...common, kind: kinds.register, value: 0n, register: registerOffset(register) };
  return {
    ...common,
    kind: kinds.memory,
    value: number(displacement ?? ''),
    register: registerOffset(pointer ?? ''),
  };
}

/** The record that programs find under their probe's number. */
export function probeSpec(args: readonly string[], cookie: bigint): Uint8Array {
  const out = new ByteWriter('little');
  for (let i = 0; i < usdtSpec.args; i++) {
    const text = args[i];
    const arg = text === undefined ? null : argumentSpec(text);
    out
      .u64(BigInt.asUintN(64, arg?.value ?? 0n))
      .u32(arg?.kind ?? 0)
      .u16(arg?.register ?? 0);
    out.u8(arg?.signed === true ? 1 : 0).u8(arg?.shift ?? 0);
  }
  return out.u64(cookie).u16(args.length).u16(0).u32(0).bytes();
}
