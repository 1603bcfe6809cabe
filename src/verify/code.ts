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
import type { IsaRow } from '../bpf/isa.ts';
import { clobbersOf, defsOf, rowOf, usesOf } from '../bpf/operands.ts';
import { type Relation, relationOf } from './arithmetic.ts';
import { constant, type Numeric } from './values.ts';

export interface Line {
  readonly inst: MInst<PReg>;
  readonly row: IsaRow;
  readonly kind: IsaRow['kind'];
  /** Bits of the registers that its fields name; 0: none, or r10. */
  readonly dstBit: number;
  readonly srcBit: number;
  /** What it compares by; null: it does not. */
  readonly relation: Relation | null;
  /** Adds or subtracts 64 bits. */
  readonly adds: boolean;
  readonly subtracts: boolean;
  /** The immediate as a value. */
  readonly immediate: Numeric;
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
  /** Stack slots of eight bytes that matter before it, as bits; bit n: from r10 - 8(n + 1). The first 32, and the others. */
  liveSlots: number;
  liveFarSlots: number;
  /** States are compared here. */
  prune: boolean;
  /** Calls a helper that calls a function. */
  readonly callsBack: boolean;
  /** Calls a kernel iterator's next function. */
  readonly iterates: boolean;
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

/** A slot that an instruction reads from its frame, or writes as a whole: two words of bits. */
interface StackAccess {
  readonly near: number;
  readonly far: number;
  readonly writes: boolean;
}

const noAccess: StackAccess = { near: 0, far: 0, writes: false };

/** A direct access of the frame. */
function stackAccess({ inst, row }: Line): StackAccess {
  if (row.access === null || row.kind === 'skb') return noAccess;
  const base = row.kind === 'load' ? inst.src : inst.dst;
  if (base !== 10) return noAccess;
  const slot = slotAt(inst.off);
  const writes = row.kind === 'store';
  if ((writes && row.access !== 64) || slot < 0 || slot > 63) return noAccess;
  const bit = 1 << (slot & 31);
  return slot < 32 ? { near: bit, far: 0, writes } : { near: 0, far: bit, writes };
}

/** The furthest slot whose address is taken; -1: none. Whoever has it may read from there up, at any time. */
function addressed(lines: readonly Line[], from: number, to: number): number {
  let furthest = -1;
  for (let i = from; i < to; i++) {
    const { inst } = must(lines[i], 'a line');
    if (inst.op !== 'add64_imm' || inst.imm >= 0n || inst.imm < -512n) continue;
    const before = lines[i - 1]?.inst;
    if (before?.op !== 'mov64_reg' || before.src !== 10 || before.dst !== inst.dst) continue;
    furthest = Math.max(furthest, slotAt(Number(inst.imm)));
  }
  return furthest;
}

/** The lowest `count` bits of a word. */
const lowBits = (count: number): number => (count >= 32 ? -1 : count <= 0 ? 0 : (1 << count) - 1);

/** r1 to r5: the kernel takes all of them for arguments of any function of the program. */
const argumentRegisters = 0x3e;

function computeLiveness(lines: readonly Line[], { start, end }: FlatFunc): void {
  const escaped = addressed(lines, start, end) + 1;
  const [escapedNear, escapedFar] = [lowBits(escaped), lowBits(escaped - 32)];
  const effects = lines.slice(start, end).map((line) => ({
    uses: line.inst.op === 'call_func' ? argumentRegisters : bits(usesOf(line.inst)),
    kills: bits(defsOf(line.inst)) | bits(clobbersOf(line.inst)),
    access: stackAccess(line),
  }));
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = end - 1; i >= start; i--) {
      const line = must(lines[i], 'a line');
      const { kind } = line;
      let live = 0;
      let near = escapedNear;
      let far = escapedFar;
      const join = (at: number): void => {
        const next = at < end ? lines[at] : undefined;
        if (next === undefined) return;
        live |= next.live;
        near |= next.liveSlots;
        far |= next.liveFarSlots;
      };
      if (kind !== 'exit' && kind !== 'jump') join(i + 1);
      if (line.target >= 0) join(line.target);
      line.liveAfter = live;
      const { uses, kills, access } = must(effects[i - start], 'an effect');
      live = (live & ~kills) | uses;
      near = access.writes ? near & ~access.near : near | access.near;
      far = access.writes ? far & ~access.far : far | access.far;
      if (live !== line.live || near !== line.liveSlots || far !== line.liveFarSlots) changed = true;
      line.live = live;
      line.liveSlots = near;
      line.liveFarSlots = far;
    }
  }
}

const registerBit = (register: number | null): number =>
  register === null || register > 9 ? 0 : 1 << register;

const callsIterator = ({ op, sym }: MInst<PReg>): boolean =>
  op === 'call_kfunc' && (sym?.name ?? '').endsWith('_next');

/** A line without what is known from its surroundings. */
function lineOf(inst: MInst<PReg>, func: number, block: number, target: number, callee: number): Line {
  const row = must(rowOf(inst), 'an instruction of the machine');
  return {
    inst,
    row,
    kind: row.kind,
    dstBit: registerBit(inst.dst),
    srcBit: registerBit(inst.src),
    relation: row.kind === 'branch' ? relationOf(inst.op) : null,
    adds: inst.op.startsWith('add64'),
    subtracts: inst.op.startsWith('sub64'),
    immediate: constant(inst.imm),
    func,
    block,
    target,
    callee,
    live: 0,
    liveAfter: 0,
    liveSlots: 0,
    liveFarSlots: 0,
    prune: false,
    callsBack: callsBack(inst),
    iterates: callsIterator(inst),
  };
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
      block.body.map((inst) => {
        const target = inst.target === null ? -1 : must(blockStart.get(`${index}:${inst.target}`), 'a block');
        const callee = inst.sym?.kind === 'func' ? must(indexOf.get(inst.sym.name), inst.sym.name) : -1;
        return lineOf(inst, index, block.id, target, callee);
      }),
    ),
  );
  for (const f of flat) computeLiveness(lines, f);
  const mark = (i: number): void => {
    const line = lines[i];
    if (line !== undefined) line.prune = true;
  };
  lines.forEach((line, i) => {
    const enters = line.callee >= 0 ? must(flat[line.callee], 'a function').start : -1;
    if (line.kind === 'branch' || enters >= 0) mark(i);
    if (line.target >= 0) mark(line.target);
    if (enters >= 0) mark(enters);
    if (line.kind === 'call' || enters >= 0) mark(i + 1);
    if (line.callsBack || line.inst.op === 'call_kfunc') mark(i);
  });
  return { lines, funcs: flat };
}
