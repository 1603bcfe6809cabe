/**
 * Writes out loops of few rounds and few instructions: what counts the rounds is known then, and folds.
 *
 *     b1(v1): v2 = mul v1, 2; v3 = ptradd v0, v2; …; v9 = icmp.slt v8, 3; branch v9, b1(v8), b2
 *       →  b1(0): …; b1'(1): …; b1''(2): …; branch v9'', b1(v8''), b2
 *
 * Rounds are counted by following what is known of the values that go round. Every copy keeps its test, whose outcome
 * simplification finds, but the last, which is left. Values of the loop that are read behind it are parameters of a block
 * that all ways out go through.
 */

import { copyFunc, copyInstr, withBlocks, withEnd } from '../src/ir/copy.ts';
import { bigintAlgebra } from '../src/base/bigint-algebra.ts';
import { must } from '../src/base/assert.ts';
import { dominators } from '../src/base/graph.ts';
import { type Loop, naturalLoops } from '../src/base/loops.ts';
import {
  type Block,
  type BlockId,
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
  mapTargets,
  removeUnreachable,
  substitute,
  targetsOf,
  terminatorUses,
  typesOf,
} from '../src/ir/walk.ts';
import type { Pass, Target as PassTarget } from './pass.ts';

/** Copies of a loop, at most. */
const mostCopies = 16;
/**
 * Instructions that are left of all copies, at most: as many are walked, where the loop's rounds would be. For size, about
 * as many as a loop with its counter, test and addresses takes anyway: written out, its loads are merged with others.
 */
const mostInstructions = { '0': 0, '2': 32, s: 20 } as const satisfies Record<PassTarget['opt'], number>;

export const unrollLoops: Pass<'ssa', 'ssa'> = {
  name: 'unroll-loops',
  doc: 'write out small loops of few rounds',
  from: 'ssa',
  to: 'ssa',
  run: (module, { target }) => mapFuncs(module, (f) => unrollIn(f, mostInstructions[target.opt])),
};

function unrollIn(f: Func, most: number): Func {
  let current = f;
  const tried = new Set<BlockId>();
  for (;;) {
    const graph = cfgOf(current);
    const { loops } = naturalLoops(graph, dominators(graph));
    const innermost = loops.filter((_, at) => loops.every((other) => other.parent !== at));
    const next = innermost.find((loop) => !tried.has(must(current.blocks[loop.header], 'a header').id));
    if (next === undefined) return current;
    tried.add(must(current.blocks[next.header], 'a header').id);
    current = unrolled(current, next, most) ?? current;
  }
}

/** What the copies are made from. */
interface Body {
  readonly f: Func;
  readonly header: Block;
  readonly blocks: readonly Block[];
  readonly inside: ReadonlySet<BlockId>;
}

function unrolled(f: Func, loop: Loop, most: number): Func | null {
  const header = must(f.blocks[loop.header], 'a header');
  const blocks = loop.body.map((node) => must(f.blocks[node], 'a block'));
  const body: Body = { f, header, blocks, inside: new Set(blocks.map((b) => b.id)) };
  if (f.blocks[0] === header) return null;
  const counted = countRounds(body);
  if (counted === null) return null;
  const left = blocks.reduce((sum, b) => sum + remaining(b, counted.known, header.id), 0);
  if (left * counted.rounds > most) return null;
  const single = withOneWayOut(body);
  return single === null ? null : withCopies(single, counted);
}

// ---------------------------------------------------------------- counting

interface Counted {
  /** Times that the header is entered. */
  readonly rounds: number;
  /** The block that leaves the loop in the last round. */
  readonly leaving: BlockId;
  /** Values that are known in every round. */
  readonly known: ReadonlySet<ValueId>;
}

function constantOf(definitions: readonly (Instr | undefined)[], v: ValueId): bigint | null {
  const d = definitions[v];
  return d?.op === 'const' && typeof d.imm === 'bigint' ? d.imm : null;
}

/** Arguments of the edges to the header, from outside and from inside. */
function headerArguments({ f, header, inside }: Body): Readonly<Record<'first' | 'next', readonly Target[]>> {
  const first: Target[] = [];
  const next: Target[] = [];
  for (const b of f.blocks)
    for (const target of targetsOf(b.end))
      if (target.block === header.id) (inside.has(b.id) ? next : first).push(target);
  return { first, next };
}

/** Follows the rounds with what is known of them; null where it is not known that they end soon. */
function countRounds(body: Body): Counted | null {
  const { f, header, blocks, inside } = body;
  const definitions = definitionsOf(f);
  const types = typesOf(f);
  const { first, next } = headerArguments(body);
  const [entry, latch] = [first[0], next[0]];
  if (entry === undefined || latch === undefined || first.length !== 1 || next.length !== 1) return null;
  const instrs = blocks.flatMap((b) => b.body);
  const at = (v: ValueId, round: ReadonlyMap<ValueId, bigint>): bigint | null =>
    round.get(v) ?? constantOf(definitions, v);
  let start = new Map<ValueId, bigint>();
  header.params.forEach((p, k) => {
    const value = constantOf(definitions, must(entry.args[k], 'an argument'));
    if (value !== null) start.set(p.id, value);
  });
  // The block whose test is made in every round: the header, or the one that leads back.
  const leaving = blocks.find(
    (b) =>
      b.end.kind === 'branch' &&
      targetsOf(b.end).some(({ block }) => !inside.has(block)) &&
      (b === header || targetsOf(b.end).some(({ block }) => block === header.id)),
  );
  if (leaving?.end.kind !== 'branch') return null;
  const { cond, then } = leaving.end;
  const known = new Set<ValueId>();
  for (let rounds = 1; rounds <= mostCopies; rounds++) {
    const round = new Map(start);
    for (const i of instrs) {
      const value = evaluated(i, (v) => at(v, round), types[i.args[0] ?? -1] ?? i.type);
      if (i.result !== null && value !== null) round.set(i.result, value);
    }
    const test = at(cond, round);
    if (test === null) return null;
    if (rounds === 1) for (const v of round.keys()) known.add(v);
    else for (const v of known) if (!round.has(v)) known.delete(v);
    const stays = inside.has(then.block) === (test !== 0n);
    if (!stays) return { rounds, leaving: leaving.id, known };
    start = new Map();
    header.params.forEach((p, k) => {
      const value = at(must(latch.args[k], 'an argument'), round);
      if (value !== null) start.set(p.id, value);
    });
  }
  return null;
}

function evaluated(i: Instr, at: (v: ValueId) => bigint | null, operand: Instr['type']): bigint | null {
  const row = opRow(i.op);
  if (row.sem === undefined || i.op === 'const' || i.type === 'ptr') return null;
  const args: bigint[] = [];
  for (const v of i.args) {
    const value = at(v);
    if (value === null) return null;
    args.push(value);
  }
  const result = row.sem(bigintAlgebra, args, widthOf(row.args[0] === 'any' ? operand : i.type), 0n);
  return BigInt.asIntN(widthOf(i.type), result);
}

/** Instructions that simplification leaves of a block's copy. */
function remaining(b: Block, known: ReadonlySet<ValueId>, header: BlockId): number {
  const folds = (i: Instr): boolean =>
    i.op === 'const' ||
    i.op === 'ptroff' ||
    (i.op === 'ptradd' && known.has(i.args[1]!)) ||
    (i.result !== null && known.has(i.result)) ||
    i.op === 'zext' ||
    i.op === 'trunc';
  const tests = b.end.kind === 'branch' && !known.has(b.end.cond) && b.id !== header ? 1 : 0;
  return b.body.filter((i) => !folds(i)).length + tests;
}

// ---------------------------------------------------------------- copying

interface SingleExit {
  readonly body: Body;
  readonly nextValue: number;
}

/**
 * The function with all ways out of the loop through one block, by which values of the loop are read behind it. Its
 * constants are made anew there: a comparison with a nil that is a parameter tells the verifier nothing.
 */
function withOneWayOut({ f, header, blocks, inside }: Body): SingleExit | null {
  const own = new Map<ValueId, Param>();
  const constants = new Map<ValueId, Instr>();
  const types = typesOf(f);
  for (const b of blocks) {
    for (const p of b.params) own.set(p.id, p);
    for (const i of b.body) {
      if (i.result !== null) own.set(i.result, { id: i.result, type: i.type });
      if (i.result !== null && i.op === 'const') constants.set(i.result, i);
    }
  }
  const outside = f.blocks.filter((b) => !inside.has(b.id));
  const read = new Set<ValueId>();
  for (const b of outside) {
    for (const i of b.body) for (const v of i.args) if (own.has(v)) read.add(v);
    for (const v of terminatorUses(b.end)) if (own.has(v)) read.add(v);
  }
  const body = { f, header, blocks, inside };
  if (read.size === 0) return { body, nextValue: f.nextValue };
  // Blocks that end the function and read none of the values may be ways out of their own.
  const ends = new Set(
    outside
      .filter((b) => targetsOf(b.end).length === 0)
      .filter((b) => !b.body.some((i) => i.args.some((v) => read.has(v))))
      .filter((b) => !terminatorUses(b.end).some((v) => read.has(v)))
      .map((b) => b.id),
  );
  const exits = blocks.flatMap((b) =>
    targetsOf(b.end).filter(({ block }) => !inside.has(block) && !ends.has(block)),
  );
  const [exit] = exits;
  if (exit === undefined || exits.some(({ block }) => block !== exit.block)) return null;
  let nextValue = f.nextValue;
  const passed = exit.args.map((v): Param => ({ id: nextValue++, type: must(types[v], 'a type') }));
  const handed = [...read].filter((v) => !constants.has(v));
  const outs = handed.map((v): Param => ({ id: nextValue++, type: must(own.get(v), 'a value').type }));
  const anew = [...constants.values()].filter(({ result }) => result !== null && read.has(result));
  const made = anew.map((i) => copyInstr(i, { result: nextValue++ }));
  const way = f.nextBlock;
  const through = (target: Target): Target =>
    target.block === exit.block ? { block: way, args: [...target.args, ...handed] } : target;
  const changed = new Map(blocks.map((b) => [b.id, withEnd(b, mapTargets(b.end, through))]));
  const { pos } = header.end;
  const passing: Block = {
    id: way,
    params: [...passed, ...outs],
    body: made,
    end: { kind: 'jump', target: { block: exit.block, args: passed.map((p) => p.id) }, pos },
  };
  const renamed = substitute(
    withBlocks(f, outside),
    new Map([
      ...handed.map((v, k) => [v, must(outs[k], 'a parameter').id] as const),
      ...anew.map((i, k) => [must(i.result, 'a constant'), must(made[k]?.result, 'its copy')] as const),
    ]),
  );
  const rest = new Map(renamed.blocks.map((b) => [b.id, b]));
  const all = f.blocks.map((b) => must(changed.get(b.id) ?? rest.get(b.id), 'a block'));
  const single = copyFunc(f, { blocks: [...all, passing], nextValue, nextBlock: way + 1 });
  return {
    body: {
      ...body,
      f: single,
      header: must(changed.get(header.id), 'a header'),
      blocks: [...changed.values()],
    },
    nextValue,
  };
}

/** Out of the loop, whatever the test says. */
function left(end: Terminator, inside: ReadonlySet<BlockId>): Terminator {
  const target = targetsOf(end).find(({ block }) => !inside.has(block));
  return { kind: 'jump', target: must(target, 'a way out'), pos: end.pos };
}

/** The function with that many copies of the loop, each leading on to the next. */
function withCopies({ body, nextValue }: SingleExit, { rounds: copies, leaving }: Counted): Func {
  const { f, header, blocks, inside } = body;
  const made: Block[] = [];
  const ids = { value: nextValue, block: f.nextBlock };
  const names = [new Map(blocks.map((b) => [b.id, b.id]))];
  for (let n = 1; n < copies; n++) names.push(new Map(blocks.map((b) => [b.id, ids.block++])));
  const headerOf = (n: number): BlockId => must(names[n % copies]?.get(header.id), 'a header');
  names.forEach((blockNames, n) => {
    const values = new Map<ValueId, ValueId>();
    const rename = (v: ValueId): ValueId => values.get(v) ?? v;
    const define = (v: ValueId): ValueId => {
      if (n > 0) values.set(v, ids.value++);
      return rename(v);
    };
    for (const b of blocks) {
      for (const p of b.params) define(p.id);
      for (const i of b.body) if (i.result !== null) define(i.result);
    }
    const target = (t: Target): Target =>
      t.block === header.id
        ? { ...t, block: headerOf(n + 1) }
        : { ...t, block: blockNames.get(t.block) ?? t.block };
    for (const b of blocks) {
      const copy = mapBlockUses(b, rename);
      made.push({
        id: must(blockNames.get(b.id), 'a block'),
        params: b.params.map((p) => ({ ...p, id: rename(p.id) })),
        body: copy.body.map((i) => copyInstr(i, { result: i.result === null ? null : rename(i.result) })),
        end: mapTargets(n === copies - 1 && b.id === leaving ? left(copy.end, inside) : copy.end, target),
      });
    }
  });
  const index = blockIndex(f);
  const first = Math.min(...blocks.map((b) => must(index.get(b.id), 'a block')));
  const others = f.blocks.filter((b) => !inside.has(b.id));
  const before = others.filter((b) => must(index.get(b.id), 'a block') < first);
  const after = others.filter((b) => must(index.get(b.id), 'a block') >= first);
  return removeUnreachable(
    copyFunc(f, { blocks: [...before, ...made, ...after], nextValue: ids.value, nextBlock: ids.block }),
  );
}
