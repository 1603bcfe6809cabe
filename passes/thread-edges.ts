/**
 * An edge whose constants decide, whatever else happens, that the program returns one number goes there at once.
 *
 *     b1: branch v1, b2(nil), b2(v2)               b1: branch v1, b9, b2(v2)
 *     b2(v3: ptr): branch v4, b3(nil), b3(v5)  ⇒   b2(v3: ptr): branch v4, b9, b3(v5)
 *     b3(v6: ptr): branch on v3 == nil, b8, b4     b9: return 1
 *     b8: return 1
 *
 * Go looks at several pointers and then asks whether one of them is nil; machine code leaves at the first one.
 * Invariant: on every way from the edge to its end nothing is written and nothing called, and all ways end alike; no
 * way passes a block twice.
 */

import { copyFunc, withEnd } from '../src/ir/copy.ts';
import { bigintAlgebra } from '../src/base/bigint-algebra.ts';
import {
  type Block,
  type Func,
  type IrType,
  type Target,
  type Terminator,
  type ValueId,
  widthOf,
} from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { definitionsOf, mapFuncs, mapList, mapTargets, removeUnreachable, typesOf } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const threadEdges: Pass<'ssa', 'ssa'> = {
  name: 'thread-edges',
  doc: 'send edges whose constants decide what is returned there at once',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, thread),
};

/** Blocks looked at for one edge. */
const budget = 64;

/** What is returned in the end. */
interface Outcome {
  readonly value: bigint;
  readonly type: IrType;
  readonly pos: Block['end']['pos'];
}

type Branch = Extract<Terminator, { kind: 'branch' }>;

interface Scope {
  readonly blocks: ReadonlyMap<number, Block>;
  readonly types: readonly (IrType | undefined)[];
  /** The number that a value is wherever it is defined. */
  readonly constant: (v: ValueId) => bigint | undefined;
  /** Is the value 0 or 1? Of others a branch taken tells only that they are not zero. */
  readonly isTruth: (v: ValueId) => boolean;
}

type Known = ReadonlyMap<ValueId, bigint>;

const nothing: Known = new Map();

/** What is known on the edge of a branch: its condition. */
function learn(s: Scope, before: Known, branch: Branch, edge: Target): Known {
  if (edge === branch.else) return new Map([...before, [branch.cond, 0n]]);
  return s.isTruth(branch.cond) ? new Map([...before, [branch.cond, 1n]]) : before;
}

function thread(f: Func): Func {
  const scope = scopeOf(f);
  const ends = new Map<string, Block>();
  let { nextValue, nextBlock } = f;
  const blockFor = ({ value, type, pos }: Outcome): number => {
    const key = `${type} ${value}`;
    const known = ends.get(key);
    if (known !== undefined) return known.id;
    const result = nextValue++;
    const block: Block = {
      id: nextBlock++,
      params: [],
      body: [{ op: 'const', result, type, args: [], imm: value, pos }],
      end: { kind: 'return', value: result, pos },
    };
    ends.set(key, block);
    return block.id;
  };
  const blocks = mapList(f.blocks, (b): Block => {
    const cond = b.end.kind === 'branch' ? b.end : null;
    const end = mapTargets(b.end, (t) => {
      if (!t.args.some((v) => scope.constant(v) !== undefined)) return t;
      const known = cond === null || cond.then === cond.else ? nothing : learn(scope, nothing, cond, t);
      const outcome = follow(scope, t, known, new Set([b.id]), { left: budget });
      return outcome === null || isReturn(scope, t.block) ? t : { block: blockFor(outcome), args: [] };
    });
    return end === b.end ? b : withEnd(b, end);
  });
  return blocks === f.blocks
    ? f
    : removeUnreachable(copyFunc(f, { blocks: [...blocks, ...ends.values()], nextValue, nextBlock }));
}

function scopeOf(f: Func): Scope {
  const definitions = definitionsOf(f);
  return {
    blocks: new Map(f.blocks.map((b) => [b.id, b])),
    types: typesOf(f),
    constant: (v) => {
      const d = definitions[v];
      return d?.op === 'const' && typeof d.imm === 'bigint'
        ? BigInt.asUintN(widthOf(d.type), d.imm)
        : undefined;
    },
    isTruth: (v) => definitions[v]?.op.startsWith('icmp.') === true,
  };
}

const isReturn = (s: Scope, block: number): boolean => s.blocks.get(block)?.end.kind === 'return';

/** What every way from here returns; null if they differ, do something, or are too many. */
function follow(
  s: Scope,
  target: Target,
  before: Known,
  passed: ReadonlySet<number>,
  left: { left: number },
): Outcome | null {
  const block = s.blocks.get(target.block);
  if (block === undefined || passed.has(block.id) || left.left-- <= 0) return null;
  const known = new Map(before);
  const numberOf = (v: ValueId): bigint | undefined => known.get(v) ?? s.constant(v);
  const args = target.args.map(numberOf);
  block.params.forEach((p, k) => {
    const value = args[k];
    if (value !== undefined) known.set(p.id, value);
  });
  if (!compute(s, block, known)) return null;
  const { end } = block;
  const path = new Set([...passed, block.id]);
  if (end.kind === 'return') {
    const value = end.value === null ? undefined : numberOf(end.value);
    const type = end.value === null ? undefined : s.types[end.value];
    return value === undefined || type === undefined ? null : { value, type, pos: end.pos };
  }
  if (end.kind === 'jump') return follow(s, end.target, known, path, left);
  if (end.kind !== 'branch') return null;
  const cond = numberOf(end.cond);
  if (cond !== undefined) return follow(s, cond === 0n ? end.else : end.then, known, path, left);
  const then = follow(s, end.then, learn(s, known, end, end.then), path, left);
  if (then === null) return null;
  const other = follow(s, end.else, learn(s, known, end, end.else), path, left);
  return other !== null && other.value === then.value && other.type === then.type ? then : null;
}

/** Evaluates a block as far as its values follow from known ones; false: it does something. */
function compute(s: Scope, block: Block, known: Map<ValueId, bigint>): boolean {
  for (const i of block.body) {
    const row = opRow(i.op);
    if (row.effect === 'write' || row.effect === 'call') return false;
    if (i.result === null || row.sem === undefined) continue;
    const args = i.args.map((v) => known.get(v) ?? s.constant(v));
    const type = row.args[0] === 'any' ? s.types[i.args[0]!] : i.type;
    if (type === undefined || !args.every((a) => a !== undefined)) continue;
    const imm = typeof i.imm === 'bigint' ? i.imm : 0n;
    known.set(i.result, row.sem(bigintAlgebra, args, widthOf(type), imm));
  }
  return true;
}
