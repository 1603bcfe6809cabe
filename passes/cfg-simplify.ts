/**
 * Tidies control flow: constant branches, jumps to jumps, blocks with one predecessor, branches whose outcome a
 * predecessor knows.
 *
 *     b0: … branch v1, b1(v2), b2            b0: … branch v1, b3, b2
 *     b1(v3: i32): branch v3, b3, b4    ⇒    (v2 is the constant 1)
 *
 * The last happens after inlining, where `aborted` is a constant on every edge. Each sweep is linear; sweeps end when
 * nothing changes. Invariant: a block that is jumped over has no value that is used outside of it, and nothing but
 * pure instructions that fold.
 */

import { copyBlock, withBlocks, withEnd, withTargetArgs } from '../src/ir/copy.ts';
import { bigintAlgebra } from '../src/base/bigint-algebra.ts';
import { dominators } from '../src/base/graph.ts';
import {
  type Block,
  type Func,
  type Instr,
  type Param,
  type Target,
  type Terminator,
  type ValueId,
  widthOf,
} from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import {
  blockIndex,
  cfgOf,
  definitionsOf,
  mapBlockUses,
  mapFuncs,
  mapList,
  mapTargets,
  removeUnreachable,
  substitute,
  targetsOf,
  terminatorUses,
} from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const cfgSimplify: Pass<'ssa', 'ssa'> = {
  name: 'cfg-simplify',
  doc: 'fold branches, thread jumps, merge blocks',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, simplify),
};

const maxSweeps = 16;
/** A block with more instructions is not looked through. */
const maxThreaded = 4;

function simplify(f: Func): Func {
  let current = f;
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    const next = mergeChains(removeUnreachable(retarget(privatise(foldBranches(current)))));
    if (next === current) break;
    current = next;
  }
  return current;
}

const sameTarget = (a: Target, b: Target): boolean =>
  a.block === b.block && a.args.every((v, i) => v === b.args[i]);

function foldBranches(f: Func): Func {
  const definitions = definitionsOf(f);
  const blocks = mapList(f.blocks, (b): Block => {
    if (b.end.kind !== 'branch') return b;
    const cond = definitions[b.end.cond];
    const { pos } = b.end;
    if (cond?.op === 'const') {
      return withEnd(b, { kind: 'jump', target: cond.imm === 0n ? b.end.else : b.end.then, pos });
    }
    return sameTarget(b.end.then, b.end.else) ? withEnd(b, { kind: 'jump', target: b.end.then, pos }) : b;
  });
  return blocks === f.blocks ? f : withBlocks(f, blocks);
}

const constantsOf = (f: Func): ((v: ValueId) => bigint | undefined) => {
  const definitions = definitionsOf(f);
  return (v) => {
    const d: Instr | undefined = definitions[v];
    return d?.op === 'const' && typeof d.imm === 'bigint'
      ? BigInt.asUintN(widthOf(d.type), d.imm)
      : undefined;
  };
};

/** A block that edges could skip if nothing outside of it used its parameters. */
const isDecision = (b: Block): boolean =>
  b.params.length > 0 &&
  b.end.kind === 'branch' &&
  b.body.length <= maxThreaded &&
  b.body.every((i) => opRow(i.op).sem !== undefined);

/** Per decision block that some edge decides, its parameters. */
function decided(f: Func): ReadonlyMap<number, Block> {
  const decisions = new Map(
    f.blocks
      .slice(1)
      .filter(isDecision)
      .map((b) => [b.id, b]),
  );
  if (decisions.size === 0) return decisions;
  const constantOf = constantsOf(f);
  const result = new Map<number, Block>();
  for (const from of f.blocks) {
    for (const t of targetsOf(from.end)) {
      const b = decisions.get(t.block);
      if (b === undefined || b.end.kind !== 'branch' || result.has(b.id)) continue;
      const bound = new Map(b.params.map((p, i) => [p.id, t.args[i]!]));
      if (evaluateBody(b, (v) => constantOf(bound.get(v) ?? v))(b.end.cond) !== undefined)
        result.set(b.id, b);
    }
  }
  return result;
}

/**
 * Hands the parameters of decided blocks on to their successors, so that the blocks become skippable:
 * `b1(v1, v2): branch v2, b2, b3` with v1 used in b3 becomes `b1(v1, v2): branch v2, b2, b3(v1)`, `b3(v9): …`.
 * Only where each use lies behind one successor that has no other predecessor.
 */
function privatise(f: Func): Func {
  const candidates = decided(f);
  if (candidates.size === 0) return f;
  const index = blockIndex(f);
  const graph = cfgOf(f);
  const dom = dominators(graph);
  const owner = new Map<ValueId, Block>();
  for (const b of candidates.values()) for (const p of b.params) owner.set(p.id, b);
  /** Per value the successors (by index) behind which it is used; -1: elsewhere. */
  const behind = new Map<ValueId, Set<number>>();
  f.blocks.forEach((user, at) => {
    const use = (v: ValueId): void => {
      const b = owner.get(v);
      if (b === undefined || b === user) return;
      const next = targetsOf(b.end).map((t) => index.get(t.block)!);
      const home = next.find((s) => graph.predecessors[s]!.length === 1 && dom.dominates(s, at)) ?? -1;
      if (behind.has(v)) behind.get(v)!.add(home);
      else behind.set(v, new Set([home]));
    };
    for (const i of user.body) i.args.forEach(use);
    terminatorUses(user.end).forEach(use);
  });
  let nextValue = f.nextValue;
  /** Parameters that blocks (by index) get, with the value that they stand for. */
  const added = new Map<number, { readonly param: Param; readonly value: ValueId }[]>();
  for (const b of candidates.values()) {
    const used = b.params.filter((p) => behind.has(p.id));
    if (used.some((p) => behind.get(p.id)!.has(-1))) continue;
    for (const p of used) {
      for (const at of behind.get(p.id)!) {
        const list = added.get(at) ?? [];
        list.push({ param: { id: nextValue++, type: p.type }, value: p.id });
        added.set(at, list);
      }
    }
  }
  if (added.size === 0) return f;
  const renamed = renameBehind(f, dom.preorder, dom.idom, added);
  return withBlocks(f, renamed, nextValue);
}

/** Adds the parameters, and renames the values that they stand for in the blocks behind them. */
function renameBehind(
  f: Func,
  preorder: readonly number[],
  idom: Int32Array,
  added: ReadonlyMap<number, readonly { readonly param: Param; readonly value: ValueId }[]>,
): readonly Block[] {
  const index = blockIndex(f);
  const names: ReadonlyMap<ValueId, ValueId>[] = [];
  const none: ReadonlyMap<ValueId, ValueId> = new Map();
  const blocks = [...f.blocks];
  for (const at of preorder) {
    const outer = idom[at] === -1 ? none : (names[idom[at]!] ?? none);
    const own = added.get(at);
    names[at] =
      own === undefined ? outer : new Map([...outer, ...own.map((a) => [a.value, a.param.id] as const)]);
    const scope = names[at]!;
    const b = f.blocks[at]!;
    const inside = scope.size === 0 ? b : mapBlockUses(b, (v) => scope.get(v) ?? v);
    const end = mapTargets(inside.end, (t) => {
      const more = added.get(index.get(t.block)!);
      return more === undefined
        ? t
        : withTargetArgs(t, [...t.args, ...more.map((a) => scope.get(a.value) ?? a.value)]);
    });
    const params = own === undefined ? b.params : [...b.params, ...own.map((a) => a.param)];
    if (params !== b.params || inside !== b || end !== inside.end)
      blocks[at] = copyBlock(inside, { params, end });
  }
  return blocks;
}

/** Blocks that edges may skip: small, pure, and private (nothing outside of them uses their values). */
function skippable(f: Func): ReadonlyMap<number, Block> {
  const result = new Map<number, Block>();
  /** Which block's value each is, of the blocks in question; -1: of another. */
  const owner = new Int32Array(f.nextValue).fill(-1);
  for (const b of f.blocks.slice(1)) {
    const leads = b.end.kind === 'jump' ? b.body.length === 0 : b.end.kind === 'branch';
    if (!leads || b.body.length > maxThreaded || !b.body.every((i) => opRow(i.op).sem !== undefined))
      continue;
    result.set(b.id, b);
    for (const p of b.params) owner[p.id] = b.id;
    for (const i of b.body) if (i.result !== null) owner[i.result] = b.id;
  }
  if (result.size === 0) return result;
  for (const b of f.blocks) {
    const use = (v: ValueId): void => {
      const home = owner[v]!;
      if (home >= 0 && home !== b.id) result.delete(home);
    };
    for (const i of b.body) i.args.forEach(use);
    terminatorUses(b.end).forEach(use);
  }
  return result;
}

/** Where an edge ends up when what it passes is known; the edge itself if nowhere else. */
function followEdge(
  edge: Target,
  blocks: ReadonlyMap<number, Block>,
  constantOf: (v: ValueId) => bigint | undefined,
): Target {
  let at = edge;
  for (let hops = 0; hops < 32; hops++) {
    const b = blocks.get(at.block);
    if (b === undefined || targetsOf(b.end).some((t) => t.block === b.id)) return at;
    const bound = new Map(b.params.map((p, i) => [p.id, at.args[i]!]));
    const rename = (t: Target): Target => ({ block: t.block, args: t.args.map((v) => bound.get(v) ?? v) });
    if (b.end.kind === 'jump') {
      at = rename(b.end.target);
      continue;
    }
    if (b.end.kind !== 'branch') return at;
    const known = evaluateBody(b, (v) => constantOf(bound.get(v) ?? v));
    const cond = known(b.end.cond);
    if (cond === undefined) return at;
    const next = cond === 0n ? b.end.else : b.end.then;
    // What the block computes would have to be computed on the edge.
    if (next.args.some((v) => b.body.some((i) => i.result === v))) return at;
    at = rename(next);
  }
  return at;
}

/** Values of a pure block's instructions as far as they follow from constants. */
function evaluateBody(b: Block, constantOf: (v: ValueId) => bigint | undefined) {
  const values = new Map<ValueId, bigint>();
  const types = new Map(b.params.map((p) => [p.id, p.type]));
  const known = (v: ValueId): bigint | undefined => values.get(v) ?? constantOf(v);
  for (const i of b.body) {
    const row = opRow(i.op);
    const args = i.args.map(known);
    if (i.result === null || row.sem === undefined || !args.every((a) => a !== undefined)) continue;
    const wide = row.args[0] === 'any' ? types.get(i.args[0]!) : i.type;
    types.set(i.result, i.type);
    if (wide === undefined) continue;
    const imm = typeof i.imm === 'bigint' ? i.imm : 0n;
    values.set(i.result, row.sem(bigintAlgebra, args, widthOf(wide), imm));
  }
  return known;
}

function retarget(f: Func): Func {
  const blocks = skippable(f);
  if (blocks.size === 0) return f;
  const constantOf = constantsOf(f);
  const changed = mapList(f.blocks, (b): Block => {
    const end = mapTargets(b.end, (t) => followEdge(t, blocks, constantOf));
    return end === b.end ? b : withEnd(b, end);
  });
  return changed === f.blocks ? f : withBlocks(f, changed);
}

/** Appends a block to its only predecessor when that jumps to it; whole chains at once. */
function mergeChains(f: Func): Func {
  const predecessors = new Int32Array(f.nextBlock);
  for (const b of f.blocks) for (const t of targetsOf(b.end)) predecessors[t.block]!++;
  const entry = f.blocks[0]!.id;
  const merges = (end: Terminator): Block | null => {
    if (end.kind !== 'jump' || end.target.block === entry || predecessors[end.target.block] !== 1)
      return null;
    return f.blocks[blockIndex(f).get(end.target.block)!]!;
  };
  const absorbed = new Set<number>();
  for (const b of f.blocks) {
    const next = merges(b.end);
    if (next !== null && next.id !== b.id) absorbed.add(next.id);
  }
  if (absorbed.size === 0) return f;
  const replaced = new Map<ValueId, ValueId>();
  const blocks: Block[] = [];
  for (const b of f.blocks) {
    if (absorbed.has(b.id)) continue;
    const body: Instr[] = [...b.body];
    let { end } = b;
    for (let next = merges(end); next !== null && next.id !== b.id; next = merges(end)) {
      const args = end.kind === 'jump' ? end.target.args : [];
      next.params.forEach((p, i) => {
        replaced.set(p.id, args[i]!);
      });
      for (const i of next.body) body.push(i);
      end = next.end;
    }
    blocks.push(copyBlock(b, { body, end }));
  }
  return substitute(withBlocks(f, blocks), replaced);
}
