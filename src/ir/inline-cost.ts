/**
 * What a function costs where it is called, and what its body would cost there: estimates in machine instructions.
 *
 *     func @port(v0, v1, v2, v3)        called with 34 for v1 and the address of a slot for v3:
 *       branch v1 > 65515 …             decided, nothing
 *       store.32 v3 + 0, v9             a value, nothing
 *
 * Invariant: an estimate depends on the callee and on what the call's arguments are, on nothing else.
 */

import { bigintAlgebra } from '../base/bigint-algebra.ts';
import { reversePostorder } from '../base/graph.ts';
import { type Block, type Func, type Instr, type ValueId, widthOf } from './ir.ts';
import { opRow } from './ops.ts';
import { cfgOf, targetsOf, typesOf } from './walk.ts';

/** What is known of an argument: its number, that it is the address of a slot of the caller, or nothing. */
export type Argument = bigint | 'slot' | null;

/** Instructions of a call itself: the call, and what becomes of its result. */
const callCost = 2;
/** Of a subprogram's exit: its result, and exit. */
const exitCost = 2;

const free: ReadonlySet<string> = new Set(['const', 'trunc', 'zext', 'ptroff', 'ptrtoint', 'slotaddr']);

function costOf(i: Instr): number {
  if (free.has(i.op) || i.op.startsWith('icmp.')) return 0;
  if (i.op === 'helper' || i.op === 'kfunc' || i.op === 'call') return callCost + i.args.length;
  return i.op === 'mapaddr' || i.op === 'globaladdr' || i.op === 'sext' ? 2 : 1;
}

/** The callee as a subprogram, called by all of `calls`. */
export function sharedCost(callee: Func, calls: readonly (readonly Argument[])[]): number {
  let cost = 0;
  for (const { body, end } of callee.blocks) {
    for (const i of body) cost += costOf(i);
    cost += end.kind === 'branch' ? 1 : end.kind === 'jump' ? 0 : exitCost;
  }
  // A result that comes back in memory takes its address, and a load.
  for (const args of calls) cost += callCost + args.length + 2 * args.filter((arg) => arg === 'slot').length;
  return cost;
}

/** The callee's body in the place of a call with these arguments. */
export function inlinedCost(callee: Func, args: readonly Argument[]): number {
  const types = typesOf(callee);
  const known = new Map<ValueId, bigint>();
  const slots = new Set<ValueId>();
  callee.blocks[0]?.params.forEach((p, k) => {
    const arg = args[k] ?? null;
    if (arg === 'slot') slots.add(p.id);
    else if (arg !== null) known.set(p.id, arg);
  });
  const reached = new Set([callee.blocks[0]?.id]);
  let cost = 0;
  for (const at of reversePostorder(cfgOf(callee))) {
    const b = callee.blocks[at]!;
    if (!reached.has(b.id)) continue;
    for (const i of b.body) {
      const value = evaluate(i, known, types);
      if (value !== null && i.result !== null) known.set(i.result, value);
      else if (!slots.has(i.args[0] ?? -1)) cost += costOf(i);
    }
    cost += endCost(b, known, reached);
  }
  return cost;
}

function evaluate(
  i: Instr,
  known: ReadonlyMap<ValueId, bigint>,
  types: ReturnType<typeof typesOf>,
): bigint | null {
  if (i.op === 'const' && typeof i.imm === 'bigint') return BigInt.asUintN(widthOf(i.type), i.imm);
  const { sem, args } = opRow(i.op);
  const type = args[0] === 'any' ? types[i.args[0]!] : i.type;
  if (sem === undefined || type === undefined) return null;
  const values = i.args.map((v) => known.get(v));
  if (!values.every((v) => v !== undefined)) return null;
  return sem(bigintAlgebra, values, widthOf(type), typeof i.imm === 'bigint' ? i.imm : 0n);
}

/** Marks where the block may go on; a return becomes a jump, or what the caller makes of the result. */
function endCost(b: Block, known: ReadonlyMap<ValueId, bigint>, reached: Set<number | undefined>): number {
  const { end } = b;
  const decided = end.kind === 'branch' ? known.get(end.cond) : undefined;
  if (end.kind === 'branch' && decided !== undefined) {
    reached.add(decided === 0n ? end.else.block : end.then.block);
    return 0;
  }
  for (const { block } of targetsOf(end)) reached.add(block);
  return end.kind === 'jump' ? 0 : 1;
}
