/**
 * The pieces of random programs. Each changes R8, R9, the words on the stack, maps or the packet, by choices that
 * depend on its own seed alone; so any of them can be left out, and the rest stays.
 *
 * Registers: R6 the context; R8 and R9 numbers; R7 a pointer within one piece; R0 to R5 free.
 * Invariant: whatever is chosen, the verifier accepts it.
 */

import { noPos } from '../../src/base/source.ts';
import { compareExchange } from '../../src/bpf/build.ts';
import type { HelperName } from '../../src/bpf/helpers.ts';
import { type IsaName, isaNames, isaRow } from '../../src/bpf/isa.ts';
import type { PReg } from '../../src/bpf/minst.ts';
import type { Random } from '../fuzz/random.ts';
import type { Code } from './code.ts';
import { frame, keyed, mapsFor, type ProgramKind, unkeyed } from './kinds.ts';

export interface PieceContext {
  readonly code: Code;
  readonly random: Random;
  readonly kind: ProgramKind;
  /** Names of functions: two numbers to a number; callbacks of bpf_loop and of bpf_for_each_map_elem. */
  readonly functions: readonly string[];
  readonly loops: readonly string[];
  readonly visitors: readonly string[];
  /** Nested pieces, for branches. */
  readonly more: (count: number) => void;
}

export interface PieceRow {
  readonly name: string;
  readonly weight: number;
  readonly needs: (kind: ProgramKind) => boolean;
  readonly make: (p: PieceContext) => void;
}

const always = (): boolean => true;
const byPointer = (kind: ProgramKind): boolean => kind.bounds !== null;
const withPacket = (kind: ProgramKind): boolean => kind.skipped !== null;
const only =
  (...names: readonly string[]) =>
  (kind: ProgramKind): boolean =>
    names.includes(kind.name);

const rowsOf = (kind: string): readonly IsaName[] =>
  isaNames.filter(
    (name) => isaRow(name).kind === kind && isaRow(name).since !== null && isaRow(name).sem !== null,
  );
const aluOps = rowsOf('alu').filter((name) => name !== 'addr_space_cast');
const branchOps = rowsOf('branch');
const atomicOps = isaNames.filter((name) => isaRow(name).kind === 'atomic');

const edges = [
  0n,
  1n,
  -1n,
  2n,
  7n,
  8n,
  31n,
  63n,
  127n,
  128n,
  255n,
  256n,
  0x7fff_ffffn,
  -0x8000_0000n,
] as const;

function immediate(random: Random, op: IsaName): bigint {
  const row = isaRow(op);
  if (row.imm === 'count') return BigInt(random.below(row.width));
  const value = random.chance(0.5) ? random.pick(edges) : BigInt(random.next() | 0);
  return value === 0n && /div|mod/.test(op) ? 3n : value;
}

const number = (random: Random): number => 8 + random.below(2);
const width = (random: Random): number => random.pick([1, 2, 4, 8]);
/** A place of so many bytes in the stack's words. */
const word = (random: Random, bytes: number): number =>
  frame.words + random.below((frame.count * 8) / bytes) * bytes;

/** An operation on R8 or R9. */
export function arithmetic(code: Code, random: Random): void {
  const op = random.pick(aluOps);
  const row = isaRow(op);
  const dst = number(random) as PReg;
  if (row.src === 'use') code.raw(op, { dst, src: number(random) as PReg });
  else code.raw(op, { dst, imm: typeof row.imm === 'number' ? 0n : immediate(random, op) });
}

/** Mixes the helper's result into a number. */
function mix(p: PieceContext): void {
  p.code.alu(p.random.pick(['xor64_reg', 'add64_reg', 'sub64_reg']), number(p.random), 0);
}

function branchOver(p: PieceContext): void {
  const op = p.random.pick(branchOps);
  const [join, other] = [p.code.label(), p.random.chance(0.4) ? p.code.label() : null];
  const operand = isaRow(op).src === 'use' ? number(p.random) : immediate(p.random, op);
  p.code.branch(op, number(p.random), operand, other ?? join);
  p.more(1 + p.random.below(3));
  if (other !== null) {
    p.code.raw('ja', { target: join });
    p.code.place(other);
    p.more(1 + p.random.below(3));
  }
  p.code.place(join);
}

function stackAccess({ code, random }: PieceContext): void {
  const bytes = width(random);
  const at = word(random, bytes);
  if (random.chance(0.3)) code.store(bytes, 10, at, BigInt(random.next() | 0));
  else if (random.chance(0.5)) code.store(bytes, 10, at, number(random));
  else if (bytes < 8 && random.chance(0.4))
    code.raw(`ldx_s${bytes * 8}` as IsaName, { dst: number(random) as PReg, src: 10 as PReg, off: at });
  else code.load(bytes, number(random), 10, at);
}

function atomic({ code, random }: PieceContext): void {
  const op = random.pick(atomicOps);
  const row = isaRow(op);
  const base = 10 as PReg;
  const off = word(random, row.width / 8);
  const value = number(random) as PReg;
  if (row.sem !== null) {
    code.raw(op, { dst: base, src: value, off });
    return;
  }
  if (random.chance(0.6)) code.load(row.width / 8, 0, 10, off);
  else code.move(0, number(random));
  const exchange = row.width === 64 ? 'atomic_cmpxchg_64' : 'atomic_cmpxchg_32';
  code.emit(compareExchange(exchange, 0 as PReg, base, off, 0 as PReg, value, noPos));
  code.alu('xor64_reg', number(random), 0);
}

/** R7 = data + distance, R3 = data_end; the place of `bytes` at R7 is there behind it. */
function checkedPacket(p: PieceContext, bytes: number, miss: number): void {
  const { code, random, kind } = p;
  const [data, end] = kind.bounds ?? [0, 0];
  code.load(4, 7, 6, data);
  code.load(4, 3, 6, end);
  if (random.chance(0.3)) {
    code.move(2, number(random));
    code.alu('and64_imm', 2, BigInt(random.pick([15, 63, 255, 1023])));
    code.alu('add64_reg', 7, 2);
  } else code.alu('add64_imm', 7, BigInt(random.chance(0.6) ? random.below(64) : random.below(1500)));
  code.move(4, 7);
  code.alu('add64_imm', 4, BigInt(bytes));
  code.branch('jgt64_reg', 4, 3, miss);
}

function packetAccess(p: PieceContext): void {
  const { code, random, kind } = p;
  const miss = code.label();
  const bytes = width(random);
  const room = bytes + random.below(24);
  checkedPacket(p, room, miss);
  const off = random.below(room - bytes + 1);
  if (kind.writesPacket && random.chance(0.5)) {
    if (random.chance(0.3)) code.store(bytes, 7, off, BigInt(random.next() | 0));
    else code.store(bytes, 7, off, number(random));
  } else code.load(bytes, number(random), 7, off);
  code.place(miss);
}

/** Helpers that copy between packet and stack: context, offset, buffer, length. */
function packetCopy(p: PieceContext, name: HelperName): void {
  const { code, random } = p;
  const length = 1 + random.below(32);
  code.move(1, 6);
  if (random.chance(0.5)) code.move(2, BigInt(random.pick([0, 1, 13, 14, 40, 600, 1499, 65535])));
  else {
    code.move(2, number(random));
    code.alu('and64_imm', 2, 2047n);
  }
  code.frame(3, frame.bytes);
  code.move(4, BigInt(length));
  if (name === 'skb_store_bytes') code.move(5, 0n);
  code.helper(name);
  mix(p);
  code.load(8, 0, 10, frame.bytes + 8 * random.below(8));
  mix(p);
}

function legacyLoad(p: PieceContext): void {
  const { code, random } = p;
  const bits = random.pick([8, 16, 32]);
  const indexed = random.chance(0.4);
  const offset = random.pick([0, 1, 5, 12, 20, 33]);
  if (indexed) {
    code.move(2, number(random));
    code.alu('and64_imm', 2, 31n);
  }
  const fields = { uses: [6 as PReg], defs: [0 as PReg] };
  if (indexed)
    code.raw(`ld_ind_${bits}` as IsaName, {
      ...fields,
      src: 2 as PReg,
      imm: BigInt(offset - random.below(4)),
    });
  else code.raw(`ld_abs_${bits}` as IsaName, { ...fields, imm: BigInt(offset) });
  mix(p);
}

function contextAccess(p: PieceContext): void {
  const { code, random, kind } = p;
  if (kind.name === 'syscall') {
    const bytes = width(random);
    const off = random.below(64 / bytes) * bytes;
    if (random.chance(0.5)) code.store(bytes, 6, off, number(random));
    else code.load(bytes, number(random), 6, off);
    return;
  }
  if (random.chance(0.5)) code.load(4, number(random), 6, random.pick(kind.reads));
  else code.store(4, 6, random.pick(kind.writes), number(random));
}

/** Moves the packet's bounds; the next piece takes its pointers anew. */
function adjust(p: PieceContext): void {
  const { code, random } = p;
  code.move(1, 6);
  const helper = random.pick(['xdp_adjust_head', 'xdp_adjust_tail', 'xdp_adjust_meta'] as const);
  const by = helper === 'xdp_adjust_meta' ? 4 * (random.below(12) - 8) : random.below(80) - 40;
  code.move(2, BigInt(random.chance(0.1) ? by * 50 : by));
  code.helper(helper);
  mix(p);
  if (random.chance(0.5)) {
    code.move(1, 6);
    code.helper('xdp_get_buff_len');
    mix(p);
  }
}

/** The key at its place: small numbers; of a trie, a prefix length and four bytes. */
function writeKey(p: PieceContext, name: string): void {
  const { code, random } = p;
  const from = number(random);
  code.move(1, from);
  if (name === 'trie') {
    code.alu('and64_imm', 1, random.chance(0.9) ? 31n : 63n);
    code.store(4, 10, frame.key, 1);
    code.move(1, 17 - from);
    code.alu('and64_imm', 1, 0x0103_0307n);
    code.store(4, 10, frame.key + 4, 1);
    return;
  }
  code.alu('and64_imm', 1, 7n);
  code.store(4, 10, frame.key, 1);
  code.store(4, 10, frame.key + 4, 0n);
}

function keyArguments(p: PieceContext, name: string): void {
  writeKey(p, name);
  p.code.map(1, name);
  p.code.frame(2, frame.key);
}

function mapUpdate(p: PieceContext): void {
  const { code, random } = p;
  const { name } = random.pick(mapsFor(p.kind, keyed));
  keyArguments(p, name);
  code.store(8, 10, frame.value, 8);
  code.store(8, 10, frame.value + 8, 9);
  code.frame(3, frame.value);
  code.move(4, random.chance(0.6) ? 0n : BigInt(random.below(4)));
  code.helper('map_update_elem');
  mix(p);
}

function mapDelete(p: PieceContext): void {
  const { code, random } = p;
  keyArguments(p, random.pick(mapsFor(p.kind, keyed).filter(({ type }) => !type.includes('percpu'))).name);
  code.helper('map_delete_elem');
  mix(p);
}

/** Looks up, changes the value, and now and then exchanges it and looks at the old one again. */
function mapLookup(p: PieceContext): void {
  const { code, random } = p;
  const { name } = random.pick(mapsFor(p.kind, keyed));
  const miss = code.label();
  keyArguments(p, name);
  code.helper('map_lookup_elem');
  code.branch('jeq64_imm', 0, 0n, miss);
  code.move(7, 0);
  if (random.chance(0.25) && name !== 'lru') {
    code.map(1, name);
    code.frame(2, frame.key);
    code.store(8, 10, frame.value, 9);
    code.store(8, 10, frame.value + 8, 8);
    code.frame(3, frame.value);
    code.move(4, 0n);
    code.helper('map_update_elem');
    mix(p);
  }
  const bytes = width(random);
  const off = random.below(16 / bytes) * bytes;
  code.load(bytes, number(random), 7, off);
  if (random.chance(0.5)) code.store(bytes, 7, off, number(random));
  else if (bytes >= 4)
    code.raw(bytes === 8 ? 'atomic_add_64' : 'atomic_add_32', {
      dst: 7 as PReg,
      src: number(random) as PReg,
      off,
    });
  code.place(miss);
}

function queueOperation(p: PieceContext): void {
  const { code, random } = p;
  const { name } = random.pick(mapsFor(p.kind, unkeyed));
  code.store(8, 10, frame.value, random.chance(0.5) ? BigInt(random.below(4)) : number(random));
  code.map(1, name);
  code.frame(2, frame.value);
  const helper = random.pick(
    name === 'bloom'
      ? (['map_push_elem'] as const)
      : (['map_push_elem', 'map_pop_elem', 'map_peek_elem'] as const),
  );
  if (helper === 'map_push_elem') code.move(3, BigInt(random.chance(0.7) ? 0 : random.pick([1, 2])));
  code.helper(helper);
  mix(p);
  code.load(8, 0, 10, frame.value);
  mix(p);
}

function ringRecord(p: PieceContext): void {
  const { code, random } = p;
  const full = code.label();
  const size = random.pick([8, 16, 24, 100, 1000]);
  code.map(1, 'ring');
  code.move(2, BigInt(size));
  code.move(3, 0n);
  code.helper('ringbuf_reserve');
  code.branch('jeq64_imm', 0, 0n, full);
  for (let off = 0; off + 8 <= size; off += 8) code.store(8, 0, off, number(random));
  for (let off = size - (size % 8); off < size; off++) code.store(1, 0, off, 0n);
  code.move(1, 0);
  code.move(2, 0n);
  code.helper(random.chance(0.8) ? 'ringbuf_submit' : 'ringbuf_discard');
  code.alu('add64_imm', number(random), 1n);
  code.place(full);
}

function ringOutput(p: PieceContext): void {
  const { code, random } = p;
  code.map(1, 'ring');
  code.frame(2, frame.words);
  code.move(3, BigInt(8 * (1 + random.below(8))));
  code.move(4, 0n);
  code.helper('ringbuf_output');
  mix(p);
  code.map(1, 'ring');
  code.move(2, BigInt(random.below(5)));
  code.helper('ringbuf_query');
  mix(p);
}

function callFunction(p: PieceContext): void {
  p.code.move(1, number(p.random));
  p.code.move(2, number(p.random));
  p.code.call(p.random.pick(p.functions), 2);
  mix(p);
}

function boundedLoop(p: PieceContext): void {
  const { code, random } = p;
  if (random.chance(0.5)) code.move(1, BigInt(random.below(6)));
  else {
    code.move(1, number(random));
    code.alu('and64_imm', 1, 15n);
  }
  code.funcAddress(2, random.pick(p.loops));
  code.frame(3, frame.words);
  code.move(4, 0n);
  code.helper('loop');
  mix(p);
}

function forEach(p: PieceContext): void {
  const { code, random } = p;
  code.map(1, random.pick(['array', 'hash', 'percpuarray']));
  code.funcAddress(2, random.pick(p.visitors));
  code.frame(3, frame.words);
  code.move(4, 0n);
  code.helper('for_each_map_elem');
  mix(p);
}

function tailCall(p: PieceContext): void {
  const { code, random } = p;
  code.move(1, 6);
  code.map(2, 'jumps');
  code.move(3, number(random));
  code.alu('and64_imm', 3, 7n);
  code.helper('tail_call');
  code.alu('add64_imm', number(random), 3n);
}

export const pieces: readonly PieceRow[] = [
  { name: 'alu', weight: 24, needs: always, make: ({ code, random }) => arithmetic(code, random) },
  { name: 'branch', weight: 9, needs: always, make: branchOver },
  { name: 'stack', weight: 8, needs: always, make: stackAccess },
  { name: 'atomic', weight: 5, needs: always, make: atomic },
  { name: 'packet', weight: 14, needs: byPointer, make: packetAccess },
  {
    name: 'skb-load',
    weight: 3,
    needs: only('tc', 'socket', 'cgroup'),
    make: (p) => packetCopy(p, 'skb_load_bytes'),
  },
  { name: 'skb-store', weight: 2, needs: only('tc'), make: (p) => packetCopy(p, 'skb_store_bytes') },
  { name: 'xdp-load', weight: 2, needs: only('xdp'), make: (p) => packetCopy(p, 'xdp_load_bytes') },
  { name: 'xdp-store', weight: 2, needs: only('xdp'), make: (p) => packetCopy(p, 'xdp_store_bytes') },
  { name: 'adjust', weight: 4, needs: only('xdp'), make: adjust },
  { name: 'legacy', weight: 5, needs: (kind) => kind.legacy && withPacket(kind), make: legacyLoad },
  { name: 'context', weight: 6, needs: only('tc', 'socket', 'cgroup', 'syscall'), make: contextAccess },
  { name: 'update', weight: 6, needs: always, make: mapUpdate },
  { name: 'delete', weight: 3, needs: always, make: mapDelete },
  { name: 'lookup', weight: 8, needs: always, make: mapLookup },
  { name: 'queue', weight: 4, needs: always, make: queueOperation },
  { name: 'record', weight: 2, needs: always, make: ringRecord },
  { name: 'output', weight: 2, needs: always, make: ringOutput },
  { name: 'call', weight: 4, needs: always, make: callFunction },
  { name: 'loop', weight: 3, needs: always, make: boundedLoop },
  { name: 'for-each', weight: 2, needs: always, make: forEach },
  { name: 'tail-call', weight: 2, needs: withPacket, make: tailCall },
];
