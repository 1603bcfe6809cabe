/**
 * Rewrites short runs of instructions by the rules of rules/machine.ts, and removes what nothing reads.
 *
 *     r1 = 7
 *     *(u32 *)(r10 - 4) = r1      *(u32 *)(r10 - 4) = 7
 *
 * A constant that a register is known to hold already is not loaded again: after `if r0 == 0 goto b3`, b3's `r0 = 0`
 * goes. Invariant: every rewrite takes at least one slot away; registers live afterwards hold the same values.
 */

import { copyMFunc, withCode } from '../src/bpf/copy.ts';
import { reversePostorder } from '../src/base/graph.ts';
import { liveness } from '../src/base/liveness.ts';
import { type MachineFlow, machineFlow } from '../src/bpf/flow.ts';
import type { MBlock, MFunc, MInst, PReg, VReg } from '../src/bpf/minst.ts';
import { clobbersOf, defsOf, isPure, rowOf, usesOf } from '../src/bpf/operands.ts';
import type { Pass, PassContext, Target } from './pass.ts';
import { type MachineRule, machineRules } from './rules/machine.ts';
import { fill, type Holes, match, readPattern } from './rules/machine-pattern.ts';

type Inst = MInst<PReg>;

export const peephole: Pass<'code', 'code'> = {
  name: 'peephole',
  doc: 'Rewrites short instruction sequences by rules, and removes dead ones.',
  from: 'code',
  to: 'code',
  run: (input, { target, onRule }) => {
    const funcs = input.funcs.map((func) => improve(func, target, onRule ?? null));
    return funcs.every((func, i) => func === input.funcs[i]) ? input : { ...input, funcs };
  },
};

interface Ready {
  readonly rule: MachineRule;
  readonly before: readonly MInst<VReg>[];
  readonly after: readonly MInst<VReg>[];
}

/** Rules by the op of their first instruction, read once. */
let table: ReadonlyMap<string, readonly Ready[]> | null = null;

function rulesFor(op: string): readonly Ready[] {
  if (table === null) {
    const made = new Map<string, Ready[]>();
    for (const rule of machineRules) {
      const ready = { rule, before: readPattern(rule.before), after: readPattern(rule.after) };
      const first = ready.before[0]!.op;
      made.set(first, [...(made.get(first) ?? []), ready]);
    }
    table = made;
  }
  return table.get(op) ?? [];
}

const maskOf = (registers: readonly number[]): number => registers.reduce((mask, r) => mask | (1 << r), 0);

/** Physical registers live after each block, as masks. */
function liveMasks(func: MFunc<PReg>, { graph }: MachineFlow): readonly number[] {
  const uses: Set<number>[] = [];
  const definitions: Set<number>[] = [];
  for (const block of func.blocks) {
    const read = new Set<number>();
    const written = new Set<number>();
    for (const i of block.body) {
      for (const r of usesOf(i)) if (!written.has(r)) read.add(r);
      for (const r of [...defsOf(i), ...clobbersOf(i)]) written.add(r);
    }
    uses.push(read);
    definitions.push(written);
  }
  const { liveOut } = liveness({ graph, values: 11, uses, definitions });
  return liveOut.map(maskOf);
}

/** Registers live before an instruction, from those live after it. */
const before = (i: Inst, live: number): number =>
  (live & ~maskOf(defsOf(i)) & ~maskOf(clobbersOf(i))) | maskOf(usesOf(i));

function applies(rule: MachineRule, holes: Holes, live: number): boolean {
  const { registers } = holes;
  for (const letter of rule.dead ?? '') if ((live & (1 << registers[letter]!)) !== 0) return false;
  return (rule.distinct ?? []).every((pair) => registers[pair[0]!] !== registers[pair[1]!]);
}

interface Rewrite {
  readonly rule: string;
  readonly length: number;
  readonly insts: readonly Inst[];
}

/** What the first rule that fits makes of the instructions from `at` on; `liveAfter[k]` is live after body[k]. */
function rewriteAt(
  body: readonly Inst[],
  at: number,
  liveAfter: readonly number[],
  target: Target,
): Rewrite | null {
  for (const { rule, before: want, after } of rulesFor(body[at]!.op)) {
    const holes = match(want, body, at);
    if (holes === null || !applies(rule, holes, liveAfter[at + want.length - 1]!)) continue;
    const more = rule.given === undefined ? {} : rule.given(holes.values, target);
    if (more === null) continue;
    const filled = { registers: holes.registers, values: { ...holes.values, ...more } };
    const insts = fill(after, filled, body[at]!.pos);
    if (insts !== null) return { rule: rule.name, length: want.length, insts };
  }
  return null;
}

const isDead = (i: Inst, live: number): boolean => {
  const defs = defsOf(i);
  return isPure(i) && rowOf(i)?.kind !== 'load' && defs.length > 0 && (maskOf(defs) & live) === 0;
};

/** Rewrites one block until no rule fits: each rewrite shortens it. */
function improveBlock(
  block: MBlock<PReg>,
  liveOut: number,
  target: Target,
  onRule: PassContext['onRule'],
): MBlock<PReg> {
  let body: Inst[] = [...block.body];
  for (let changed = true; changed; ) {
    changed = false;
    const liveAfter: number[] = new Array<number>(body.length).fill(liveOut);
    const kept: Inst[] = [];
    let live = liveOut;
    for (let k = body.length - 1; k >= 0; k--) {
      liveAfter[k] = live;
      if (!isDead(body[k]!, live)) live = before(body[k]!, live);
    }
    for (let k = 0; k < body.length; ) {
      if (isDead(body[k]!, liveAfter[k]!)) {
        changed = true;
        k++;
        continue;
      }
      const rewrite = rewriteAt(body, k, liveAfter, target);
      if (rewrite === null) {
        kept.push(body[k]!);
        k++;
        continue;
      }
      changed = true;
      onRule?.(rewrite.rule);
      kept.push(...rewrite.insts);
      k += rewrite.length;
    }
    if (changed) body = kept;
  }
  return body.length === block.body.length ? block : withCode(block, body);
}

/** What registers are known to hold; absent: unknown. */
type Known = ReadonlyMap<number, bigint>;

function stepKnown(known: Map<number, bigint>, i: Inst): void {
  for (const r of clobbersOf(i)) known.delete(r);
  for (const r of defsOf(i)) known.delete(r);
  if (i.op === 'mov64_imm') known.set(i.dst!, BigInt.asUintN(64, i.imm));
  else if (i.op === 'mov32_imm') known.set(i.dst!, BigInt.asUintN(32, i.imm));
}

/** What is known on the edges of a block: of the register that its branch compared with a constant, too. */
function edges(block: MBlock<PReg>, atEnd: Known): (target: number | null) => Known {
  const test = block.body.find((i) => i.target !== null && i.op !== 'ja' && i.op !== 'gotol');
  const equal = test?.op === 'jeq64_imm' || test?.op === 'jne64_imm';
  const count = block.body.filter((i) => i.target !== null).length;
  return (target) => {
    if (test === undefined || !equal || count > 2) return atEnd;
    const other = block.body.find((i) => i.op === 'ja')?.target ?? null;
    if (test.target === other) return atEnd;
    const taken = target === test.target;
    if (taken !== (test.op === 'jeq64_imm') || !verifierKnows(block, test)) return atEnd;
    return new Map([...atEnd, [test.dst!, BigInt.asUintN(64, test.imm)]]);
  };
}

/**
 * Does the verifier hold an equal register for the constant? A pointer that may be nil becomes 0, any other pointer stays
 * one: of a comparison with 0 the block must show that the register is a call's result or a number.
 */
function verifierKnows(block: MBlock<PReg>, test: Inst): boolean {
  if (test.imm !== 0n) return true;
  let register: number | null = test.dst;
  for (let k = block.body.indexOf(test) - 1; k >= 0; k--) {
    const i = block.body[k]!;
    if (![...defsOf(i), ...clobbersOf(i)].some((r) => r === register)) continue;
    if (i.op === 'mov64_reg') register = i.src;
    else return i.op === 'call_helper' || (rowOf(i)?.kind === 'alu' && i.op.includes('32'));
  }
  return false;
}

function meet(a: Known | null, b: Known): Known {
  if (a === null) return b;
  return new Map([...a].filter(([r, value]) => b.get(r) === value));
}

/** Removes constants that are there already. */
function dropKnown(func: MFunc<PReg>, flow: MachineFlow): MFunc<PReg> {
  const entries: (Known | null)[] = func.blocks.map(() => null);
  entries[0] = new Map();
  const order = reversePostorder(flow.graph);
  const pending = new Set(order);
  while (pending.size > 0) {
    for (const at of order) {
      if (!pending.delete(at)) continue;
      const known = new Map(entries[at] ?? []);
      for (const i of func.blocks[at]!.body) stepKnown(known, i);
      const onEdge = edges(func.blocks[at]!, known);
      for (const next of flow.graph.successors[at]!) {
        const old = entries[next]!;
        const merged = meet(old, onEdge(func.blocks[next]!.id));
        if (old !== null && merged.size === old.size) continue;
        entries[next] = merged;
        pending.add(next);
      }
    }
  }
  let changed = false;
  const blocks = func.blocks.map((block, at) => {
    const known = new Map(entries[at] ?? []);
    const body = block.body.filter((i) => {
      const value = i.op === 'mov64_imm' ? BigInt.asUintN(64, i.imm) : null;
      if (value !== null && known.get(i.dst!) === value) return false;
      stepKnown(known, i);
      return true;
    });
    if (body.length === block.body.length) return block;
    changed = true;
    return withCode(block, body);
  });
  return changed ? copyMFunc(func, { blocks }) : func;
}

/** Far beyond what code needs: every round shortens it. */
const rounds = 8;

export function improve(
  func: MFunc<PReg>,
  target: Target,
  onRule: PassContext['onRule'] = null,
): MFunc<PReg> {
  let current = func;
  const flow = machineFlow(func);
  for (let round = 0; round < rounds; round++) {
    const trimmed = dropKnown(current, flow);
    const live = liveMasks(trimmed, flow);
    const blocks = trimmed.blocks.map((block, at) => improveBlock(block, live[at]!, target, onRule));
    if (trimmed === current && blocks.every((block, at) => block === trimmed.blocks[at])) return current;
    current = copyMFunc(trimmed, { blocks });
  }
  return current;
}
