/**
 * Judges a register allocation without knowing how it was made (after regalloc2's checker).
 *
 * Both versions of a function are executed symbolically, side by side. Copies, constants and addresses are evaluated
 * on either side alone; all other instructions must be the same ones in the same order. Before, a virtual register
 * holds one symbol; after, a place (register or new stack slot) holds a set of symbols, those that are sure to be its
 * value. At every instruction each place that stands for a virtual register must hold that register's symbol.
 *
 *     v12 = v11        before: v12 ↦ {in v11}
 *     r6 = r1          after:  r6 ↦ what r1 held
 *     call f(v12)      r1 must hold v12's symbol; then R0–R5 hold nothing, R0 the result's symbol
 *
 * At a block's start every register `v` holds the symbol `in v`, and a place holds `in v` if at the end of every
 * predecessor it held v's symbol: the greatest solution, found by iteration. Registers whose every definition is the
 * same constant or address hold that symbol everywhere, so that rematerialisation is seen to be right.
 * An accepted allocation computes what the original did; the frame pointer and given slots are untouched.
 */

import { must } from '../base/assert.ts';
import { type FlowGraph, reversePostorder } from '../base/graph.ts';
import { liveness } from '../base/liveness.ts';
import { machineFlow } from './flow.ts';
import { firstVirtual, type MBlock, type MFunc, type MInst, type PReg, type VReg } from './minst.ts';
import { clobbersOf, defsOf, rowOf, usesOf } from './operands.ts';

export interface AllocationProblem {
  readonly block: number;
  readonly message: string;
}

/** A symbol is a string: `c7` a constant, `frame 3+8`, `map x`, `in 12`, `def 3.7.0` (block, instruction, definition). */
type Symbol = string;
/** `r3` or, for a slot that the allocator added, `s9`. */
type Place = string;
type After = Map<Place, ReadonlySet<Symbol>>;

const none: ReadonlySet<Symbol> = new Set();
const one = (symbol: Symbol): ReadonlySet<Symbol> => new Set([symbol]);
const frameBase: Symbol = 'frame';

/** The symbol of an instruction that makes a constant or an address out of nothing; null for others. */
function constantSymbol<R extends number>(inst: MInst<R>): Symbol | null {
  const { sym } = inst;
  if (rowOf(inst)?.kind === 'wide' && sym !== null) return `${inst.op} ${sym.kind} ${sym.name} ${sym.offset}`;
  if (inst.op === 'mov64_imm' || inst.op === 'ld_imm64') return `c${BigInt.asUintN(64, inst.imm)}`;
  if (inst.op === 'mov32_imm') return `c${BigInt.asUintN(32, inst.imm)}`;
  return null;
}

const constant = (value: bigint): Symbol => `c${BigInt.asUintN(64, value)}`;
const isFrameAdd = <R>(inst: MInst<R>): boolean => inst.op === 'add64_imm' && inst.frame !== null;
const frameSymbol = <R>(inst: MInst<R>): Symbol => `frame ${inst.frame!.slot}+${inst.frame!.offset}`;

/** Instructions that need no partner on the other side. */
const isSilent = <R extends number>(inst: MInst<R>): boolean =>
  inst.op === 'parcopy' || inst.op === 'mov64_reg' || constantSymbol(inst) !== null || isFrameAdd(inst);

interface Checker {
  /** Slots that both functions have; the others are the allocator's. */
  readonly given: ReadonlySet<number>;
  /** Symbols of registers that are one constant everywhere. */
  readonly fixed: ReadonlyMap<VReg, Symbol>;
}

/** Registers with one definition, a constant; or with the two of a frame address, next to each other. */
function fixedSymbols(func: MFunc<VReg>): ReadonlyMap<VReg, Symbol> {
  const counts = new Map<VReg, number>();
  const symbols = new Map<VReg, { readonly symbol: Symbol; readonly definitions: number }>();
  for (const { body } of func.blocks) {
    body.forEach((inst, at) => {
      for (const r of defsOf(inst)) counts.set(r, (counts.get(r) ?? 0) + 1);
      const symbol = constantSymbol(inst);
      const next = body[at + 1];
      if (symbol !== null) symbols.set(inst.dst!, { symbol, definitions: 1 });
      else if (inst.op === 'mov64_reg' && inst.src === 10 && next?.dst === inst.dst && isFrameAdd(next))
        symbols.set(inst.dst!, { symbol: frameSymbol(next), definitions: 2 });
    });
  }
  const fixed = new Map<VReg, Symbol>();
  for (const [r, { symbol, definitions }] of symbols) {
    if (r >= firstVirtual && counts.get(r) === definitions) fixed.set(r, symbol);
  }
  return fixed;
}

/** The state before: what each register's symbol is, beginning with `in v`. */
function symbolOf(c: Checker, state: ReadonlyMap<VReg, Symbol>, r: VReg | bigint): Symbol {
  if (typeof r === 'bigint') return constant(r);
  if (r === 10) return frameBase;
  return state.get(r) ?? c.fixed.get(r) ?? `in ${r}`;
}

function silentBefore(c: Checker, state: Map<VReg, Symbol>, inst: MInst<VReg>): void {
  if (inst.op === 'parcopy') {
    const symbols = inst.uses.map((use) => symbolOf(c, state, use));
    inst.defs.forEach((def, i) => {
      state.set(def, symbols[i]!);
    });
    return;
  }
  const dst = must(inst.dst, 'dst');
  if (isFrameAdd(inst)) {
    const base = symbolOf(c, state, dst);
    state.set(
      dst,
      base === frameBase || c.fixed.get(dst) === base ? frameSymbol(inst) : `${base} + ${frameSymbol(inst)}`,
    );
  } else state.set(dst, constantSymbol(inst) ?? symbolOf(c, state, inst.src!));
}

const register = (r: number): Place => `r${r}`;

function held(state: After, r: PReg | bigint): ReadonlySet<Symbol> {
  if (typeof r === 'bigint') return one(constant(r));
  return r === 10 ? one(frameBase) : (state.get(register(r)) ?? none);
}

/** The allocator's slot that a load or store accesses whole; null for other accesses. */
function spillSlot(c: Checker, inst: MInst<PReg>): Place | null {
  if (inst.frame === null || isFrameAdd(inst) || c.given.has(inst.frame.slot)) return null;
  return `s${inst.frame.slot}`;
}

/** An instruction of the allocation alone. False: it is none. */
function silentAfter(c: Checker, state: After, inst: MInst<PReg>): string | null | false {
  const slot = spillSlot(c, inst);
  if (slot !== null) {
    if (inst.frame!.offset !== 0) return 'a spill slot is not accessed at its start';
    if (inst.op === 'ldx_u64') state.set(register(inst.dst!), state.get(slot) ?? none);
    else if (inst.op === 'stx_64') state.set(slot, held(state, inst.src!));
    else if (inst.op === 'st_64') state.set(slot, one(constant(inst.imm)));
    else return `${inst.op} accesses a spill slot`;
    return null;
  }
  if (!isSilent(inst)) return false;
  if (inst.op === 'parcopy') return 'a parallel copy is left';
  const dst = register(must(inst.dst, 'dst'));
  const symbol = constantSymbol(inst);
  if (isFrameAdd(inst)) {
    state.set(dst, held(state, inst.dst!).has(frameBase) ? one(frameSymbol(inst)) : none);
  } else state.set(dst, symbol !== null ? one(symbol) : held(state, inst.src!));
  return null;
}

/** Do two instructions agree in everything but their registers? */
function sameShape(a: MInst<VReg>, b: MInst<PReg>): boolean {
  const frames =
    a.frame === b.frame || (a.frame?.slot === b.frame?.slot && a.frame?.offset === b.frame?.offset);
  const syms = a.sym === b.sym || (a.sym?.name === b.sym?.name && a.sym?.kind === b.sym?.kind);
  return (
    a.op === b.op &&
    a.off === b.off &&
    a.imm === b.imm &&
    a.target === b.target &&
    frames &&
    syms &&
    (a.dst === null) === (b.dst === null) &&
    (a.src === null) === (b.src === null) &&
    a.uses.length === b.uses.length
  );
}

/** A pair of corresponding instructions: uses agree, fixed operands are in place, definitions get a new symbol. */
function step(
  c: Checker,
  before: Map<VReg, Symbol>,
  after: After,
  a: MInst<VReg>,
  b: MInst<PReg>,
  id: string,
): string | null {
  if (!sameShape(a, b)) return `${b.op} stands where ${a.op} should`;
  const row = must(rowOf(b), 'a row');
  const uses = [...usesOf({ ...a, uses: [] }), ...a.uses];
  const places = [...usesOf({ ...b, uses: [] }), ...b.uses];
  for (let i = 0; i < uses.length; i++) {
    const symbol = symbolOf(c, before, uses[i]!);
    if (!held(after, places[i]!).has(symbol)) {
      return `${b.op} reads ${placeName(places[i]!)}, which does not hold ${placeName(uses[i]!)}`;
    }
  }
  for (const [i, use] of b.uses.entries())
    if (use !== row.fixedUses[i]) return `operand ${i} of ${b.op} is misplaced`;
  for (const [i, def] of b.defs.entries())
    if (def !== row.fixedDefs[i]) return `result ${i} of ${b.op} is misplaced`;
  for (const r of clobbersOf(b)) after.delete(register(r));
  const defs = defsOf(a);
  const targets = defsOf(b);
  if (defs.length !== targets.length)
    return `${b.op} defines ${targets.length} registers instead of ${defs.length}`;
  defs.forEach((def, i) => {
    before.set(def, `def ${id}.${i}`);
  });
  targets.forEach((def, i) => {
    after.set(register(def), one(`def ${id}.${i}`));
  });
  return null;
}

const placeName = (r: number | bigint): string =>
  typeof r === 'bigint' ? String(r) : r < firstVirtual ? `r${r}` : `v${r}`;

interface Exit {
  readonly before: ReadonlyMap<VReg, Symbol>;
  readonly after: After;
}

/** Runs both versions of a block. */
function run(
  c: Checker,
  a: MBlock<VReg>,
  b: MBlock<PReg>,
  entry: After,
  report: (message: string) => void,
): Exit {
  const before = new Map<VReg, Symbol>();
  const after: After = new Map(entry);
  let at = 0;
  const skipAfter = (): void => {
    for (; at < b.body.length; at++) {
      const result = silentAfter(c, after, b.body[at]!);
      if (result === false) return;
      if (result !== null) report(result);
    }
  };
  a.body.forEach((inst, i) => {
    if (isSilent(inst)) {
      silentBefore(c, before, inst);
      return;
    }
    skipAfter();
    const partner = b.body[at++];
    const problem =
      partner === undefined ? `${inst.op} is missing` : step(c, before, after, inst, partner, `${a.id}.${i}`);
    if (problem !== null) report(problem);
  });
  skipAfter();
  if (at < b.body.length) report(`${b.body[at]!.op} was added`);
  return { before, after };
}

/** What a successor may assume of a place: the registers `v` whose symbol it holds. */
function carriedOver(c: Checker, exit: Exit, live: readonly VReg[]): After {
  const out: After = new Map();
  const bySymbol = new Map<Symbol, Symbol[]>();
  for (const r of live) {
    const symbol = symbolOf(c, exit.before, r);
    const list = bySymbol.get(symbol);
    const name = `in ${r}`;
    if (list === undefined) bySymbol.set(symbol, [name]);
    else list.push(name);
  }
  for (const [place, symbols] of exit.after) {
    const names = new Set<Symbol>();
    for (const symbol of symbols) {
      const registers = bySymbol.get(symbol);
      if (registers === undefined) continue;
      for (const name of registers) names.add(name);
      // Constants and addresses are themselves in every block.
      if (!symbol.startsWith('in ') && !symbol.startsWith('def ')) names.add(symbol);
    }
    if (names.size > 0) out.set(place, names);
  }
  return out;
}

/** Keeps what both states know; null is everything. Did that change `into`? */
function meet(into: After | null, other: After): { readonly state: After; readonly changed: boolean } {
  if (into === null) return { state: new Map(other), changed: true };
  let changed = false;
  const state: After = new Map();
  for (const [place, symbols] of into) {
    const common = new Set<Symbol>();
    for (const symbol of symbols) if (other.get(place)?.has(symbol) === true) common.add(symbol);
    if (common.size !== symbols.size) changed = true;
    if (common.size > 0) state.set(place, common);
  }
  return { state, changed };
}

/** Per block, the virtual registers whose value it or a later block reads. */
function liveInto(func: MFunc<VReg>, graph: FlowGraph): readonly (readonly VReg[])[] {
  const uses: Set<number>[] = [];
  const definitions: Set<number>[] = [];
  for (const block of func.blocks) {
    const read = new Set<number>();
    const written = new Set<number>();
    for (const inst of block.body) {
      for (const r of usesOf(inst)) if (!written.has(r)) read.add(r);
      for (const r of defsOf(inst)) written.add(r);
    }
    uses.push(read);
    definitions.push(written);
  }
  return liveness({ graph, values: func.nextReg, uses, definitions }).liveIn;
}

/** Is `after` `before` with registers for its virtual registers? Empty: yes. */
export function checkAllocation(before: MFunc<VReg>, after: MFunc<PReg>): readonly AllocationProblem[] {
  const c: Checker = {
    given: new Set(before.slots.map((slot) => slot.id)),
    fixed: fixedSymbols(before),
  };
  const problems: AllocationProblem[] = [];
  if (before.blocks.some((block, i) => block.id !== after.blocks[i]?.id)) {
    return [{ block: before.blocks[0]?.id ?? 0, message: 'the blocks are not the same' }];
  }
  const { graph } = machineFlow(before);
  const live = liveInto(before, graph);
  const entries: (After | null)[] = before.blocks.map(() => null);
  entries[0] = new Map(
    Array.from({ length: before.params }, (_, i) => [register(i + 1), one(`in ${i + 1}`)] as const),
  );
  const order = reversePostorder(graph);
  const pending = new Set(order);
  while (pending.size > 0) {
    for (const at of order) {
      if (!pending.delete(at)) continue;
      const exit = run(c, before.blocks[at]!, after.blocks[at]!, entries[at] ?? new Map(), () => {});
      for (const next of graph.successors[at]!) {
        const { state, changed } = meet(entries[next]!, carriedOver(c, exit, live[next]!));
        if (!changed) continue;
        entries[next] = state;
        pending.add(next);
      }
    }
  }
  for (const at of order) {
    const block = before.blocks[at]!;
    run(c, block, after.blocks[at]!, entries[at] ?? new Map(), (message) => {
      problems.push({ block: block.id, message });
    });
  }
  return problems;
}
