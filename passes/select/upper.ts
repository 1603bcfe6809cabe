/**
 * Which i32 values surely have zeros in the upper half of their register, so that their zero extension is free.
 *
 *     v1: i32 = load.u8 …   yes      v2: i32 = trunc v1   only if v1 is small      v3: i32 = helper …   no
 *
 * Optimistic over block parameters: a parameter has zeros if all its arguments have. Invariant: selection makes the
 * instructions assumed here (arith.ts, memory.ts); the property holds for every definition of the register.
 */

import type { Block, Func, Instr, ValueId } from '../../src/ir/ir.ts';
import { targetsOf } from '../../src/ir/walk.ts';
import type { Isa } from './state.ts';

/** Is the i64 value of this definition below 2^32? */
function isSmall(def: Instr | undefined, constant: (v: ValueId) => bigint | null): boolean {
  if (def === undefined) return false;
  if (def.op === 'zext' || def.op === 'load.u8' || def.op === 'load.u16' || def.op === 'load.u32')
    return true;
  if (def.op === 'bswap16' || def.op === 'bswap32') return true;
  const c = def.args[1] === undefined ? null : constant(def.args[1]);
  if (c === null) return false;
  return (def.op === 'lshr' && (c & 63n) >= 32n) || (def.op === 'and' && c >= 0n && c < 1n << 32n);
}

const zeroingLoads: ReadonlySet<Instr['op']> = new Set<Instr['op']>([
  'load.u8',
  'load.u16',
  'load.u32',
  'load.s32',
  'bswap16',
  'bswap32',
  'call',
  'lshr',
  'udiv',
  'urem',
]);

interface Facts {
  readonly isa: Isa;
  readonly has: (v: ValueId) => boolean;
  readonly definitions: readonly (Instr | undefined)[];
  readonly constant: (v: ValueId) => bigint | null;
}

function zeroes(def: Instr, { isa, has, definitions, constant }: Facts): boolean {
  if (def.op.startsWith('icmp.') || def.op.startsWith('atomic.') || def.op === 'aborted') return true;
  if (zeroingLoads.has(def.op)) return true;
  switch (def.op) {
    case 'const':
      return isa.alu32 || (def.imm as bigint) >= 0n;
    case 'trunc':
      return isSmall(definitions[def.args[0]!], constant);
    case 'helper':
    case 'kfunc':
      return false;
    case 'load.s8':
    case 'load.s16':
      return isa.alu32 && !isa.v4;
    case 'and':
      return isa.alu32 || def.args.some(has);
    case 'or':
    case 'xor':
      return isa.alu32 || def.args.every(has);
    default:
      return isa.alu32;
  }
}

/** Arguments that flow into each block parameter. */
function incoming(blocks: readonly Block[]): ReadonlyMap<ValueId, readonly ValueId[]> {
  const params = new Map(blocks.map((b) => [b.id, b.params]));
  const into = new Map<ValueId, ValueId[]>();
  for (const block of blocks) {
    for (const target of targetsOf(block.end)) {
      params.get(target.block)?.forEach((param, i) => {
        const list = into.get(param.id) ?? [];
        list.push(target.args[i]!);
        into.set(param.id, list);
      });
    }
  }
  return into;
}

export function zeroUpperHalves(
  func: Func,
  definitions: readonly (Instr | undefined)[],
  isa: Isa,
): Uint8Array {
  const zero = new Uint8Array(func.nextValue);
  const into = incoming(func.blocks);
  const readers = new Map<ValueId, ValueId[]>();
  const note = (v: ValueId, user: ValueId): void => {
    const list = readers.get(v);
    if (list === undefined) readers.set(v, [user]);
    else list.push(user);
  };
  func.blocks.forEach((block, at) => {
    for (const p of block.params) {
      if (p.type === 'i32') zero[p.id] = at > 0 || func.program === null ? 1 : 0;
      for (const arg of into.get(p.id) ?? []) note(arg, p.id);
    }
    for (const i of block.body) {
      if (i.result === null || i.type !== 'i32') continue;
      zero[i.result] = 1;
      for (const arg of i.args) note(arg, i.result);
    }
  });
  const constant = (v: ValueId): bigint | null => {
    const def = definitions[v];
    return def?.op === 'const' ? (def.imm as bigint) : null;
  };
  const facts: Facts = { isa, has: (v) => zero[v] === 1, definitions, constant };
  const holds = (v: ValueId): boolean => {
    const def = definitions[v];
    return def === undefined ? (into.get(v) ?? []).every(facts.has) : zeroes(def, facts);
  };
  const work: ValueId[] = [];
  for (let v = 0; v < zero.length; v++) if (zero[v] === 1) work.push(v);
  for (let v = work.pop(); v !== undefined; v = work.pop()) {
    if (zero[v] === 0 || holds(v)) continue;
    zero[v] = 0;
    work.push(...(readers.get(v) ?? []));
  }
  return zero;
}
