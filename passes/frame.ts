/**
 * Gives stack slots their place in the frame and resolves the references to them.
 *
 *     slot s0 4 align 4, slot s1 8 align 8, never live together      both at r10 - 8
 *     *(u32 *)(r10 + s0) = 7                                         *(u32 *)(r10 - 8) = 7
 *
 * Slots that conflict (src/bpf/slot-conflicts.ts) get disjoint places, each at the least depth that is free and
 * aligned; slots that nothing touches get none. Invariants: an access is aligned to its slot's alignment; over every
 * chain of calls the frames, rounded as the kernel rounds them, fit the stack, or the error names the variables.
 */

import { copyInst, copyMFunc, withCode } from '../src/bpf/copy.ts';
import { must } from '../src/base/assert.ts';
import { type Pos, spanAt } from '../src/base/source.ts';
import { type MachineFlow, machineFlow } from '../src/bpf/flow.ts';
import { helpers } from '../src/bpf/helpers.ts';
import type { MFunc, MInst, MSlot, PReg } from '../src/bpf/minst.ts';
import { slotConflicts } from '../src/bpf/slot-conflicts.ts';
import type { Module } from '../src/ir/ir.ts';
import type { Pass, PassContext } from './pass.ts';

export const frame: Pass<'code', 'code'> = {
  name: 'frame',
  doc: 'Gives stack slots their place in the frame and resolves the references to them.',
  from: 'code',
  to: 'code',
  run: (input, context) => {
    const funcs = input.funcs.map(layOut);
    checkBudget(
      input.funcs.map((before, i) => ({ before, after: funcs[i]! })),
      input.module,
      context,
    );
    return { ...input, funcs };
  },
};

/** The kernel's: MAX_BPF_STACK, and what may lie above a subprogram that can tail-call. */
const stackLimit = 512;
const tailCallLimit = 256;
/** MAX_CALL_FRAMES: the program's own frame is one of them. */
const frameLimit = 8;
/** check_max_stack_depth rounds every frame up to 32 bytes (16 from 6.9 on, with a JIT), at least 1. */
const rounded = (bytes: number): number => Math.ceil(Math.max(bytes, 1) / 32) * 32;

function layOut(func: MFunc<PReg>): MFunc<PReg> {
  if (func.slots.length === 0) return copyMFunc(func, { frameSize: func.frameSize ?? 0 });
  const offsets = place(func, machineFlow(func));
  const resolve = (i: MInst<PReg>): MInst<PReg> => {
    if (i.frame === null) return i;
    const offset = must(offsets.get(i.frame.slot), 'a placed slot') + i.frame.offset;
    return i.op === 'add64_imm'
      ? copyInst(i, { frame: null, imm: BigInt(offset) })
      : copyInst(i, { frame: null, off: offset });
  };
  const blocks = func.blocks.map((block) => withCode(block, block.body.map(resolve)));
  const depth = Math.max(0, ...[...offsets.values()].map((offset) => -offset));
  return copyMFunc(func, { blocks, slots: [], frameSize: Math.ceil(depth / 8) * 8 });
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The least depth at which `slot` ends, clear of `taken`: it lies in [depth - size, depth). */
function firstFit(slot: MSlot, taken: Interval[]): number {
  taken.sort((a, b) => a.from - b.from);
  const settle = (from: number): number => Math.ceil((from + slot.size) / slot.align) * slot.align;
  let depth = settle(0);
  for (const { from, to } of taken) {
    if (depth <= from) break;
    if (to > depth - slot.size) depth = Math.max(depth, settle(to));
  }
  return depth;
}

/** Offset from r10 of every slot that is used. */
function place(func: MFunc<PReg>, flow: MachineFlow): ReadonlyMap<number, number> {
  const conflicts = slotConflicts(func, flow);
  const named = new Set<number>();
  for (const block of func.blocks) for (const i of block.body) if (i.frame !== null) named.add(i.frame.slot);
  const slots = func.slots.filter((slot) => conflicts.used.has(slot.id) || named.has(slot.id));
  slots.sort((a, b) => b.align - a.align || b.size - a.size || a.id - b.id);
  const places = new Map<number, Interval>();
  for (const slot of slots) {
    const taken = (conflicts.of.get(slot.id) ?? []).flatMap((other) => places.get(other) ?? []);
    const depth = firstFit(slot, taken);
    places.set(slot.id, { from: depth - slot.size, to: depth });
  }
  return new Map([...places].map(([slot, { to }]) => [slot, -to]));
}

interface Laid {
  readonly before: MFunc<PReg>;
  readonly after: MFunc<PReg>;
}

const symbolsOf = (func: MFunc<PReg>): readonly string[] =>
  func.blocks.flatMap((block) => block.body.flatMap((i) => (i.sym?.kind === 'func' ? [i.sym.name] : [])));

const tailCalls = (func: MFunc<PReg>): boolean =>
  func.blocks.some((b) =>
    b.body.some((i) => i.op === 'call_helper' && i.imm === BigInt(helpers.tail_call.id)),
  );

/** By function, the chain of calls from it that measures most. */
function largestChains(
  byName: ReadonlyMap<string, Laid>,
  measure: (chain: readonly Laid[]) => number,
): (laid: Laid) => readonly Laid[] {
  const found = new Map<string, readonly Laid[]>();
  const chainOf = (laid: Laid, above: readonly string[]): readonly Laid[] => {
    const { name } = laid.after;
    const known = found.get(name);
    if (known !== undefined || above.includes(name)) return known ?? [];
    let below: readonly Laid[] = [];
    for (const callee of new Set(symbolsOf(laid.after))) {
      const next = byName.get(callee);
      const chain = next === undefined ? [] : chainOf(next, [...above, name]);
      if (measure(chain) > measure(below)) below = chain;
    }
    const chain = [laid, ...below];
    found.set(name, chain);
    return chain;
  };
  return (laid) => chainOf(laid, []);
}

/** At the first function that has no frame any more. */
function reportFrames(context: PassContext, chain: readonly Laid[]): void {
  const { pos } = must(chain[frameLimit], 'a function too many').after;
  context.diagnostics.report('too-many-frames', spanAt(context.files, pos), {
    chain: chain.map(({ after }) => after.name).join(' → '),
    have: chain.length,
    limit: frameLimit,
  });
}

/** Adds up the frames over all chains of calls, callbacks included; there is no recursion. */
function checkBudget(list: readonly Laid[], module: Module, context: PassContext): void {
  const byName = new Map(list.map((laid) => [laid.after.name, laid]));
  const called = new Set(list.flatMap(({ after }) => symbolsOf(after).filter((name) => name !== after.name)));
  const bytes = (chain: readonly Laid[]): number =>
    chain.reduce((sum, laid) => sum + rounded(laid.after.frameSize ?? 0), 0);
  const largest = largestChains(byName, bytes);
  const longest = largestChains(byName, (chain) => chain.length);
  for (const laid of list) {
    const own = laid.after.frameSize ?? 0;
    const chain = largest(laid);
    const isRoot = !called.has(laid.after.name);
    if (isRoot && longest(laid).length > frameLimit) reportFrames(context, longest(laid));
    if (own > stackLimit) report(context, module, [laid], own, stackLimit);
    else if (isRoot && bytes(chain) > stackLimit) report(context, module, chain, bytes(chain), stackLimit);
  }
  for (const { chain, size } of tailCallChains(list, byName)) {
    if (size > tailCallLimit) report(context, module, chain, size, tailCallLimit);
  }
}

/** For every subprogram that can tail-call: the frames above it, at their most. */
function tailCallChains(
  list: readonly Laid[],
  byName: ReadonlyMap<string, Laid>,
): readonly { readonly chain: readonly Laid[]; readonly size: number }[] {
  const callers = new Map<string, Laid[]>();
  for (const laid of list) {
    for (const name of new Set(symbolsOf(laid.after)))
      callers.set(name, [...(callers.get(name) ?? []), laid]);
  }
  const above = (laid: Laid, seen: readonly Laid[]): readonly Laid[] => {
    let most: readonly Laid[] = [];
    let size = -1;
    for (const caller of callers.get(laid.after.name) ?? []) {
      if (seen.includes(caller)) continue;
      const chain = [...above(caller, [...seen, caller]), caller];
      const total = chain.reduce((sum, l) => sum + rounded(l.after.frameSize ?? 0), 0);
      if (total > size) [most, size] = [chain, total];
    }
    return most;
  };
  return list
    .filter(({ after }) => callers.has(after.name) && tailCalls(after) && byName.has(after.name))
    .map((laid) => {
      const chain = above(laid, [laid]);
      return { chain, size: chain.reduce((sum, l) => sum + rounded(l.after.frameSize ?? 0), 0) };
    });
}

/** One error per chain, at the variable that takes most room of it. */
function report(
  context: PassContext,
  module: Module,
  chain: readonly Laid[],
  size: number,
  limit: number,
): void {
  const rooms = new Map<string, { bytes: number; pos: Pos | null }>();
  for (const { before } of chain) {
    const declared = module.funcs.find((f) => f.name === before.name)?.slots ?? [];
    for (const slot of before.slots) {
      const name = slot.name === '' ? 'temporaries' : slot.name;
      const pos = slot.name === '' ? null : (declared.find((s) => s.id === slot.id)?.pos ?? null);
      const known = rooms.get(name);
      rooms.set(name, { bytes: (known?.bytes ?? 0) + slot.size, pos: known?.pos ?? pos });
    }
  }
  const largest = [...rooms].sort((a, b) => b[1].bytes - a[1].bytes || (a[0] < b[0] ? -1 : 1)).slice(0, 8);
  const at = largest.find(([, { pos }]) => pos !== null)?.[1].pos ?? must(chain[0], 'a chain').after.pos;
  context.diagnostics.report('stack-too-large', spanAt(context.files, at), {
    where: chain.map(({ after }) => after.name).join(' → '),
    bytes: size,
    limit,
    variables: largest.map(([name, { bytes }]) => `${name} (${bytes} bytes)`).join(', '),
  });
}
