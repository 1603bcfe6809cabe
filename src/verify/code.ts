/**
 * A program as the verifier walks it: the functions one after the other, numbered instructions, which registers and
 * stack slots still matter at each, and where states are compared.
 *
 *     flatten(reachableFuncs(code, 'Main'))
 *
 * States are compared where a jump arrives, at conditional jumps and at calls of functions, as the kernel does.
 */

import { must } from '../base/assert.ts';
import { helperById } from '../bpf/helpers.ts';
import type { MFunc, MInst, PReg } from '../bpf/minst.ts';
import { clobbersOf, defsOf, rowOf, usesOf } from '../bpf/operands.ts';

export interface Line {
  readonly inst: MInst<PReg>;
  /** Index of the function. */
  readonly func: number;
  /** Block that it stands in. */
  readonly block: number;
  /** Where its jump goes; -1: no jump. */
  readonly target: number;
  /** Function that it calls or takes the address of; -1: none. */
  readonly callee: number;
  /** Registers that matter before it, as bits. */
  live: number;
  /** Registers that matter behind it. */
  liveAfter: number;
  /** Stack slots of eight bytes that matter before it, as bits; bit n: from r10 - 8(n + 1). */
  liveStack: bigint;
  /** States are compared here. */
  prune: boolean;
  /** Calls a helper that calls a function. */
  readonly callsBack: boolean;
}

export interface FlatFunc {
  readonly func: MFunc<PReg>;
  readonly start: number;
  readonly end: number;
}

export interface Program {
  readonly lines: readonly Line[];
  readonly funcs: readonly FlatFunc[];
}

const calledBack = new Set(['loop', 'for_each_map_elem', 'find_vma', 'user_ringbuf_drain']);

function callsBack(inst: MInst<PReg>): boolean {
  const helper = inst.op === 'call_helper' ? helperById(Number(inst.imm)) : null;
  return helper !== null && calledBack.has(helper);
}

const bits = (registers: readonly number[]): number => registers.reduce((mask, r) => mask | (1 << r), 0);

/** Index of the slot of eight bytes at an offset from r10. */
export const slotAt = (offset: number): number => Math.floor((-offset - 1) / 8);

/** A direct access of the frame: slots read, and slots written as a whole. */
function stackAccess(inst: MInst<PReg>): { readonly reads: bigint; readonly writes: bigint } {
  const row = rowOf(inst);
  const none = { reads: 0n, writes: 0n };
  if (row === null || row.access === null || row.kind === 'skb') return none;
  const base = row.kind === 'load' ? inst.src : inst.dst;
  if (base !== 10) return none;
  const bit = 1n << BigInt(slotAt(inst.off));
  if (row.kind === 'store') return row.access === 64 ? { reads: 0n, writes: bit } : none;
  return { reads: bit, writes: 0n };
}

/** Slots whose addresses are taken: whoever has them may read, at any time. */
function addressed(lines: readonly Line[], from: number, to: number): bigint {
  let mask = 0n;
  for (let i = from; i < to; i++) {
    const { inst } = must(lines[i], 'a line');
    if (inst.op !== 'add64_imm' || inst.imm >= 0n || inst.imm < -512n) continue;
    const before = lines[i - 1]?.inst;
    if (before?.op !== 'mov64_reg' || before.src !== 10 || before.dst !== inst.dst) continue;
    // From there up to the frame's end.
    mask |= (1n << BigInt(slotAt(Number(inst.imm)) + 1)) - 1n;
  }
  return mask;
}

function computeLiveness(lines: readonly Line[], { start, end }: FlatFunc): void {
  const escaped = addressed(lines, start, end);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = end - 1; i >= start; i--) {
      const line = must(lines[i], 'a line');
      const { inst } = line;
      const kind = rowOf(inst)?.kind;
      let live = 0;
      let stack = escaped;
      const join = (at: number): void => {
        const next = lines[at];
        if (next === undefined || at >= end) return;
        live |= next.live;
        stack |= next.liveStack;
      };
      if (kind !== 'exit' && kind !== 'jump') join(i + 1);
      if (line.target >= 0) join(line.target);
      line.liveAfter = live;
      const { reads, writes } = stackAccess(inst);
      live = (live & ~bits([...defsOf(inst), ...clobbersOf(inst)])) | bits(usesOf(inst));
      stack = (stack & ~writes) | reads;
      if (live !== line.live || stack !== line.liveStack) changed = true;
      line.live = live;
      line.liveStack = stack;
    }
  }
}

/** `funcs[0]` is the entry. */
export function flatten(funcs: readonly MFunc<PReg>[]): Program {
  const indexOf = new Map(funcs.map((f, i) => [f.name, i]));
  const blockStart = new Map<string, number>();
  let at = 0;
  const flat = funcs.map((func, index): FlatFunc => {
    const start = at;
    for (const block of func.blocks) {
      blockStart.set(`${index}:${block.id}`, at);
      at += block.body.length;
    }
    return { func, start, end: at };
  });
  const lines = funcs.flatMap((func, index) =>
    func.blocks.flatMap((block) =>
      block.body.map(
        (inst): Line => ({
          inst,
          func: index,
          block: block.id,
          target: inst.target === null ? -1 : must(blockStart.get(`${index}:${inst.target}`), 'a block'),
          callee: inst.sym?.kind === 'func' ? must(indexOf.get(inst.sym.name), inst.sym.name) : -1,
          live: 0,
          liveAfter: 0,
          liveStack: 0n,
          prune: false,
          callsBack: callsBack(inst),
        }),
      ),
    ),
  );
  for (const f of flat) computeLiveness(lines, f);
  const mark = (i: number): void => {
    const line = lines[i];
    if (line !== undefined) line.prune = true;
  };
  lines.forEach((line, i) => {
    const kind = rowOf(line.inst)?.kind;
    if (kind === 'branch' || line.inst.op === 'call_func') mark(i);
    if (line.target >= 0) mark(line.target);
    if (line.callsBack || line.inst.op === 'call_kfunc') mark(i);
  });
  return { lines, funcs: flat };
}
