/**
 * Algebraic simplification: constants are folded, the rules of rules/ssa.ts applied, displacements moved into the
 * accesses that use them, branches on comparisons with zero shortened.
 *
 *     v2: i64 = add v0, 8
 *     v3: i64 = add v2, 8             ⇒     v3: i64 = add v0, 16
 *     v4: ptr = ptroff v1 + 4
 *     v5: i32 = load.u8 v4 + 1        ⇒     v5: i32 = load.u8 v1 + 5
 *
 * A rewrite keeps the result's id and position. It is not done if it would leave more instructions than before (inner
 * operations that others still use count), or need a constant that no immediate holds. Invariant (verifier): a mask or
 * bound of a value that an address is made of stays as it is, on the value that is used: rules that compare, or that
 * use facts about bits, leave such values alone.
 */

import { copyBlock, copyInstr, withArgs, withBlocks } from '../src/ir/copy.ts';
import { must } from '../src/base/assert.ts';
import { bigintAlgebra } from '../src/base/bigint-algebra.ts';
import { reversePostorder } from '../src/base/graph.ts';
import { settled } from '../src/base/memo.ts';
import {
  type Block,
  type Func,
  type Imm,
  type Instr,
  type Terminator,
  type ValueId,
  widthOf,
} from '../src/ir/ir.ts';
import { type KnownBits, knownBits, nothingKnown } from '../src/ir/known-bits.ts';
import { loopLimits } from '../src/ir/loop-limits.ts';
import { type OpName, opRow } from '../src/ir/ops.ts';
import { bytesOf } from '../src/ir/pointers.ts';
import {
  cfgOf,
  definitionsOf,
  incomingValues,
  mapFuncs,
  mapTerminatorUses,
  removeUnreachable,
  substitute,
  typesOf,
  useCounts,
} from '../src/ir/walk.ts';
import type { Pass, PassContext } from './pass.ts';
import type { Rule } from './rules/expr.ts';
import {
  buildSide,
  constant,
  constantValue,
  isS32,
  type Match,
  matchRule,
  typeOf,
  type Values,
} from './rules/match.ts';
import { ssaRules } from './rules/ssa.ts';

export const simplify: Pass<'ssa', 'ssa'> = {
  name: 'simplify',
  doc: 'fold constants and apply the algebraic rules',
  from: 'ssa',
  to: 'ssa',
  run: (module, { onRule }) => mapFuncs(module, (f) => simplifyFunc(f, onRule ?? null)),
};

const maxRounds = 8;

type OnRule = NonNullable<PassContext['onRule']>;

const simplifyFunc = settled((f: Func, onRule: OnRule | null): Func => {
  let current = f;
  for (let round = 0; round < maxRounds; round++) {
    const next = simplifyOnce(current, onRule);
    if (next === current) break;
    current = next;
  }
  return current;
});

const rulesByOp: ReadonlyMap<OpName, readonly Rule[]> = (() => {
  const map = new Map<OpName, Rule[]>();
  for (const rule of ssaRules) {
    if (map.has(rule.lhs.op)) map.get(rule.lhs.op)!.push(rule);
    else map.set(rule.lhs.op, [rule]);
  }
  return map;
})();

const usesFacts = (rule: Rule): boolean =>
  rule.guards.some((g) => g.kind === 'function' && (g.name === 'known-zero' || g.name === 'known-ult'));
const factRules: ReadonlySet<Rule> = new Set(ssaRules.filter(usesFacts));

/** What one round knows and makes. */
interface Round extends Values {
  readonly definitions: (Instr | undefined)[];
  readonly bits: KnownBits[];
  /** 1: an address is made of the value. */
  readonly address: Uint8Array;
  /** 1: the value is compared. */
  readonly compared: Uint8Array;
  /** Values that end loops. */
  readonly limits: ReadonlySet<ValueId>;
  readonly replaced: Map<ValueId, ValueId>;
  readonly fresh: () => ValueId;
  readonly onRule: OnRule | null;
}

const resolved = (r: Round, v: ValueId): ValueId => {
  let at = v;
  for (let next = r.replaced.get(at); next !== undefined; next = r.replaced.get(at)) at = next;
  return at;
};

/** Values that flow into variable pointer offsets, through arithmetic and block parameters. */
function addressValues(f: Func, definitions: readonly (Instr | undefined)[]): Uint8Array {
  const result = new Uint8Array(f.nextValue);
  const work: ValueId[] = [];
  const mark = (v: ValueId): void => {
    if (result[v] === 1) return;
    result[v] = 1;
    work.push(v);
  };
  for (const b of f.blocks) for (const i of b.body) if (i.op === 'ptradd') mark(i.args[1]!);
  if (work.length === 0) return result;
  const incoming = incomingValues(f);
  while (work.length > 0) {
    const v = work.pop()!;
    const d = definitions[v];
    if (d === undefined) incoming.get(v)?.forEach(mark);
    else if (opRow(d.op).sem !== undefined) d.args.forEach(mark);
  }
  return result;
}

function comparedValues(f: Func): Uint8Array {
  const result = new Uint8Array(f.nextValue);
  for (const b of f.blocks)
    for (const i of b.body) if (i.op.startsWith('icmp.')) for (const v of i.args) result[v] = 1;
  return result;
}

function simplifyOnce(input: Func, onRule: OnRule | null): Func {
  const f = removeUnreachable(input);
  const definitions = definitionsOf(f).slice();
  let nextValue = f.nextValue;
  const r: Round = {
    definitions,
    types: typesOf(f),
    uses: useCounts(f),
    bits: new Array<KnownBits>(f.nextValue),
    address: addressValues(f, definitions),
    compared: comparedValues(f),
    limits: loopLimits(f),
    replaced: new Map(),
    onRule,
    fresh: () => nextValue++,
  };
  const blocks: Block[] = [...f.blocks];
  let changed = false;
  for (const at of reversePostorder(cfgOf(f))) {
    const b = f.blocks[at]!;
    const body: Instr[] = [];
    for (const i of b.body) {
      const before = body.length;
      simplifyInstr(r, i, body);
      if (body.length !== before + 1 || body[before] !== i) changed = true;
    }
    const end = simplifyEnd(r, b.end);
    if (end !== b.end) changed = true;
    blocks[at] = copyBlock(b, { body, end });
  }
  return changed ? substitute(withBlocks(f, blocks, nextValue), r.replaced) : f;
}

/** Rewrites until nothing applies; pushes what is left of the instruction, if anything. */
function simplifyInstr(r: Round, input: Instr, body: Instr[]): void {
  let i = input;
  if (i.args.some((v) => r.replaced.has(v)))
    i = withArgs(
      i,
      i.args.map((v) => resolved(r, v)),
    );
  for (let steps = 0; steps < 16; steps++) {
    const next = foldConstant(r, i) ?? foldPointer(r, i) ?? applyRules(r, i, body);
    if (next === null) break;
    if (typeof next === 'number') {
      r.replaced.set(must(i.result, 'a rewritten instruction has a result'), next);
      return;
    }
    i = next;
    if (i.result !== null) r.definitions[i.result] = i;
  }
  body.push(i);
  if (i.result === null) return;
  r.definitions[i.result] = i;
  r.bits[i.result] = knownBits(i, (v) => r.bits[v] ?? nothingKnown);
}

function foldConstant(r: Round, i: Instr): Instr | null {
  const row = opRow(i.op);
  if (row.sem === undefined || i.op === 'const') return null;
  const args: bigint[] = [];
  for (const v of i.args) {
    const value = constantValue(r, v);
    if (value === null) return null;
    args.push(value);
  }
  const own = row.args[0] === 'any' ? typeOf(r, i.args[0]!) : i.type;
  return constant(i, row.sem(bigintAlgebra, args, widthOf(own), 0n));
}

const isS16 = (n: number): boolean => n >= -0x8000 && n <= 0x7fff;

/** Constant distances: into accesses, into addresses of symbols and slots, together. */
function foldPointer(r: Round, i: Instr): Instr | ValueId | null {
  if (i.op === 'ptradd') {
    const by = constantValue(r, i.args[1]!);
    const signed = by === null ? null : BigInt.asIntN(64, by);
    if (signed === null || !isS32(signed)) return null;
    return copyInstr(i, { op: 'ptroff', args: [i.args[0]!], imm: Number(signed) });
  }
  if (i.op === 'ptroff' && i.imm === 0) return i.args[0]!;
  if (opRow(i.op).imm !== 'offset' || i.args.length === 0) return null;
  const base = r.definitions[i.args[0]!];
  if (base === undefined) return null;
  const total = bytesOf(i) + bytesOf(base);
  if (base.op === 'ptroff') {
    const fits = i.op === 'ptroff' ? isS32(BigInt(total)) : isS16(total);
    return fits ? copyInstr(i, { args: [base.args[0]!, ...i.args.slice(1)], imm: total }) : null;
  }
  // The result of a call has a symbol too, its callee; the addresses of maps and functions take no displacement.
  const fixed = opRow(base.op).effect !== 'pure' || base.op === 'mapaddr' || base.op === 'funcaddr';
  if (i.op !== 'ptroff' || fixed || typeof base.imm !== 'object' || base.imm === null) return null;
  const moved: Imm = { ...base.imm, offset: base.imm.offset + bytesOf(i) };
  return moved.offset >= 0 ? copyInstr(base, { result: i.result, imm: moved, pos: i.pos }) : null;
}

/** Of their results the verifier of no kernel knows anything. */
const unfollowed: ReadonlySet<OpName> = new Set(['udiv', 'urem', 'bswap16', 'bswap32']);
const shifts: ReadonlySet<OpName> = new Set(['shl', 'lshr', 'ashr']);
const followedDepth = 6;

/** Does the verifier know the bits of the value that are known here? */
function isFollowed(r: Round, v: ValueId, depth = followedDepth): boolean {
  const def = r.definitions[v];
  if (def === undefined || def.op.startsWith('load.')) return true;
  if (unfollowed.has(def.op) || depth === 0) return false;
  if (shifts.has(def.op) && constantValue(r, def.args[1]!) === null) return false;
  return def.args.every((arg) => isFollowed(r, arg, depth - 1));
}

/**
 * Would the rule touch what the verifier must see as it is? An address that is made of a compared value stays made of
 * it: the verifier would know nothing about the value that this was computed from.
 */
function touchesBounds(r: Round, rule: Rule, i: Instr, m: Match): boolean {
  if (i.result !== null && r.address[i.result] === 1) {
    const kept = new Set(m.values.values());
    if (i.args.some((v) => r.compared[v] === 1 && !kept.has(v))) return true;
  }
  const compares = rule.lhs.op.startsWith('icmp.');
  if (!compares && !factRules.has(rule)) return false;
  if (i.result !== null && r.limits.has(i.result) && ![...m.values.values()].every((v) => isFollowed(r, v)))
    return true;
  // What the bits decide, the verifier knows without the comparison, if it can follow where they come from.
  const decides = compares && factRules.has(rule) && rule.rhs.kind === 'literal';
  if (decides && [...m.values.values()].every((v) => isFollowed(r, v))) return false;
  if (i.result !== null && r.address[i.result] === 1) return true;
  return compares && [...m.values.values()].some((v) => r.address[v] === 1);
}

function applyRules(r: Round, i: Instr, body: Instr[]): Instr | ValueId | null {
  if (i.result === null) return null;
  for (const rule of rulesByOp.get(i.op) ?? []) {
    const m = matchRule(r, rule, i);
    if (m === null || touchesBounds(r, rule, i, m)) continue;
    const made: Instr[] = [];
    const root = buildSide(r, rule.rhs, i, m, made);
    if (root === null || made.filter((n) => n.op !== 'const').length > m.freed + (heavy.has(i.op) ? 4 : 0))
      continue;
    if (!m.wide && made.some((n) => n.op === 'const' && typeof n.imm === 'bigint' && !isS32(n.imm))) continue;
    for (const n of made) {
      r.definitions[must(n.result, 'made')] = n;
      r.bits[must(n.result, 'made')] = knownBits(n, (v) => r.bits[v] ?? nothingKnown);
      body.push(n);
    }
    r.onRule?.(rule.name);
    return root;
  }
  return null;
}

/** Operations that are worth several others. */
const heavy: ReadonlySet<OpName> = new Set(['sdiv', 'srem']);

/** `branch (x != 0)` is `branch x`; `branch (x == 0)` is that with the targets exchanged. */
function simplifyEnd(r: Round, end: Terminator): Terminator {
  const moved = mapTerminatorUses(end, (v) => resolved(r, v));
  if (moved.kind !== 'branch') return moved;
  const cond = r.definitions[moved.cond];
  if (cond?.op !== 'icmp.ne' && cond?.op !== 'icmp.eq') return moved;
  const [x, zero] = cond.args;
  // A test of bits is one instruction as it stands.
  if (x !== undefined && r.definitions[x]?.op === 'and') return moved;
  if (x === undefined || zero === undefined || constantValue(r, zero) !== 0n || typeOf(r, x) !== 'i32')
    return moved;
  return cond.op === 'icmp.ne'
    ? { ...moved, cond: x }
    : { ...moved, cond: x, then: moved.else, else: moved.then };
}
