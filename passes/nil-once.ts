/**
 * What must be given back (a ring buffer's record, a socket) is compared with nil once; later comparisons read what the
 * first found. Kernels before 6.4 do not conclude from one comparison of a record to the next: behind a second one they
 * see a nil path on which the record is lost ("Unreleased reference").
 *
 *       v1: ptr = helper @ringbuf_reserve(…)        …
 *       branch (v1 != nil), b1, b2                  branch (v1 != nil), b4, b5       b4: s0 = 0; jump b1
 *     b1: zero v1; jump b2                     ⇒  b1: zero v1; jump b2               b5: s0 = 1; jump b2
 *     b2: branch (v1 == nil), b3, …               b2: branch s0, b3, …
 *
 * A block parameter that receives such a pointer, tested or not, gets its outcome on every edge. The outcomes are
 * constants in slots, which mem2reg promotes and cfg-simplify threads. Invariant: no path compares a pointer twice.
 */

import { type Dominators, dominators, type FlowGraph } from '../src/base/graph.ts';
import type { Pos } from '../src/base/source.ts';
import { helpers, isHelperName } from '../src/bpf/helpers.ts';
import type { Block, BlockId, Func, Instr, Slot, SlotId, Target, ValueId } from '../src/ir/ir.ts';
import { blockIndex, cfgOf, definitionsOf, incomingValues, mapFuncs } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const nilOnce: Pass<'ssa', 'ssa'> = {
  name: 'nil-once',
  doc: 'compare what must be given back with nil once',
  from: 'ssa',
  to: 'ssa',
  run: (module) =>
    mapFuncs(module, (f) => (f.blocks.some((b) => b.body.some(isAcquired)) ? testedOnce(f) : f)),
};

const isAcquired = (i: Instr): boolean =>
  i.op === 'helper' &&
  i.type === 'ptr' &&
  typeof i.imm === 'object' &&
  i.imm?.kind === 'symbol' &&
  isHelperName(i.imm.name) &&
  helpers[i.imm.name].acquires === true;

/** A comparison with nil. */
interface Test {
  /** Index of its block. */
  readonly at: number;
  readonly instr: Instr;
}

interface Facts {
  readonly f: Func;
  readonly definitions: readonly (Instr | undefined)[];
  readonly graph: FlowGraph;
  readonly tree: Dominators;
  readonly index: ReadonlyMap<BlockId, number>;
  readonly tests: ReadonlyMap<ValueId, readonly Test[]>;
  /** Comparisons that a branch decides by, dominated by no other of the same pointer. */
  readonly first: ReadonlyMap<ValueId, readonly Test[]>;
  /** Parameters whose outcome every edge brings along, by block index. */
  readonly brought: ReadonlyMap<ValueId, number>;
}

const isNil = (d: Instr | undefined): boolean => d?.op === 'const' && d.type === 'ptr' && d.imm === 0n;

/** The acquired pointers: results of calls, and parameters that may receive one. */
function acquiredIn(f: Func): ReadonlySet<ValueId> {
  const acquired = new Set<ValueId>();
  for (const b of f.blocks)
    for (const i of b.body) if (i.result !== null && isAcquired(i)) acquired.add(i.result);
  const incoming = incomingValues(f);
  for (let size = -1; size !== acquired.size; ) {
    size = acquired.size;
    for (const [param, values] of incoming) if (values.some((v) => acquired.has(v))) acquired.add(param);
  }
  return acquired;
}

function testsIn(f: Func, definitions: readonly (Instr | undefined)[]): Map<ValueId, Test[]> {
  const acquired = acquiredIn(f);
  const tests = new Map<ValueId, Test[]>();
  f.blocks.forEach((b, at) => {
    for (const instr of b.body) {
      const [pointer, nil] = instr.args;
      if ((instr.op !== 'icmp.eq' && instr.op !== 'icmp.ne') || pointer === undefined || nil === undefined)
        continue;
      if (!acquired.has(pointer) || !isNil(definitions[nil])) continue;
      const list = tests.get(pointer);
      if (list === undefined) tests.set(pointer, [{ at, instr }]);
      else list.push({ at, instr });
    }
  });
  return tests;
}

function factsOf(f: Func): Facts {
  const definitions = definitionsOf(f);
  const graph = cfgOf(f);
  const tree = dominators(graph);
  const tests = testsIn(f, definitions);
  const first = new Map<ValueId, readonly Test[]>();
  for (const [pointer, list] of tests) {
    const deciding = list.filter(({ at, instr }) => {
      const { end } = f.blocks[at]!;
      return end.kind === 'branch' && end.cond === instr.result;
    });
    const outer = deciding.filter((t) => !deciding.some((o) => o.at !== t.at && tree.dominates(o.at, t.at)));
    first.set(pointer, outer);
  }
  const facts = { f, definitions, graph, tree, index: blockIndex(f), tests, first };
  return { ...facts, brought: broughtIn(facts) };
}

/** Is the outcome for a pointer known on the edges that leave a block? */
function knownAfter(facts: Facts, pointer: ValueId, at: number): boolean {
  return (
    facts.brought.has(pointer) || (facts.first.get(pointer) ?? []).some((t) => facts.tree.dominates(t.at, at))
  );
}

/** Tested parameters that receive a tested pointer. */
function broughtIn(facts: Omit<Facts, 'brought'>): ReadonlyMap<ValueId, number> {
  const brought = new Map<ValueId, number>();
  const all: Facts = { ...facts, brought };
  for (let size = -1; size !== brought.size; ) {
    size = brought.size;
    facts.f.blocks.forEach((b, at) => {
      for (const [k, p] of b.params.entries()) {
        if (!facts.tests.has(p.id) || brought.has(p.id) || at === 0) continue;
        const receives = facts.graph.predecessors[at]!.some((from) =>
          edgesOf(facts.f.blocks[from]!).some(
            (t) => t.block === b.id && t.args[k] !== p.id && knownAfter(all, t.args[k]!, from),
          ),
        );
        if (receives) brought.set(p.id, at);
      }
    });
  }
  return brought;
}

const edgesOf = ({ end }: Block): readonly Target[] =>
  end.kind === 'jump' ? [end.target] : end.kind === 'branch' ? [end.then, end.else] : [];

/** Comparisons that are not the first on their paths. */
function repeated(facts: Facts): ReadonlyMap<Instr, ValueId> {
  const result = new Map<Instr, ValueId>();
  for (const [pointer, tests] of facts.tests) {
    for (const { at, instr } of tests) {
      const again = (facts.first.get(pointer) ?? []).some(
        (t) => t.at !== at && facts.tree.dominates(t.at, at),
      );
      if (again || facts.brought.has(pointer)) result.set(instr, pointer);
    }
  }
  return result;
}

function testedOnce(f: Func): Func {
  const facts = factsOf(f);
  const later = repeated(facts);
  if (later.size === 0) return f;
  const writer = new Writer(facts, later);
  const blocks = f.blocks.map((b, at) => writer.block(b, at));
  return writer.finish([...blocks, ...writer.added]);
}

/** Makes the new function: numbers, slots of outcomes, blocks on edges. */
class Writer {
  readonly added: Block[] = [];
  private readonly slots = new Map<ValueId, Slot>();
  /** Addresses of the slots, made in the entry block. */
  private readonly addresses = new Map<ValueId, Instr & { readonly result: ValueId }>();
  private nextValue: number;
  private nextBlock: number;
  private nextSlot: number;
  private readonly facts: Facts;
  private readonly later: ReadonlyMap<Instr, ValueId>;

  constructor(facts: Facts, later: ReadonlyMap<Instr, ValueId>) {
    this.facts = facts;
    this.later = later;
    ({ nextValue: this.nextValue, nextBlock: this.nextBlock, nextSlot: this.nextSlot } = facts.f);
    // All that are read: what repeats a comparison, and what a parameter receives.
    const wanted = [...new Set(later.values())];
    for (let v = wanted.pop(); v !== undefined; v = wanted.pop()) {
      if (this.slots.has(v)) continue;
      const slot: SlotId = this.nextSlot++;
      const { pos } = facts.f;
      this.slots.set(v, { id: slot, size: 4, align: 4, name: '', pos });
      this.addresses.set(v, this.instr('slotaddr', 'ptr', [], { kind: 'slot', slot, offset: 0 }, pos));
      if (facts.brought.has(v)) wanted.push(...this.sources(v));
    }
  }

  finish(blocks: readonly Block[]): Func {
    const { nextValue, nextBlock, nextSlot } = this;
    const slots = [...this.facts.f.slots, ...this.slots.values()];
    return { ...this.facts.f, blocks, slots, nextValue, nextBlock, nextSlot };
  }

  block(b: Block, at: number): Block {
    const body: Instr[] = at === 0 ? [...this.addresses.values()] : [];
    for (const i of b.body) {
      const pointer = this.later.get(i);
      if (pointer === undefined) body.push(i);
      else body.push(...this.outcome(i, pointer));
    }
    const { end } = b;
    if (end.kind === 'jump') return { ...b, body, end: { ...end, target: this.edge(end.target, at, null) } };
    if (end.kind !== 'branch') return { ...b, body };
    const [then, otherwise] = [this.edge(end.then, at, true), this.edge(end.else, at, false)];
    return { ...b, body, end: { ...end, then, else: otherwise } };
  }

  /** Pointers that flow into a parameter and whose outcome is known by a slot there. */
  private sources(param: ValueId): ValueId[] {
    const values = incomingValues(this.facts.f).get(param) ?? [];
    return values.filter((v) => this.facts.first.has(v));
  }

  private instr(op: Instr['op'], type: Instr['type'], args: readonly ValueId[], imm: Instr['imm'], pos: Pos) {
    return { op, result: this.nextValue++, type, args, imm, pos };
  }

  private address(pointer: ValueId): ValueId {
    return this.addresses.get(pointer)!.result;
  }

  /** In place of a comparison. */
  private outcome(test: Instr, pointer: ValueId): readonly Instr[] {
    const address = this.address(pointer);
    if (test.op === 'icmp.eq') return [{ ...test, op: 'load.u32', args: [address], imm: 0 }];
    const flag = this.instr('load.u32', 'i32', [address], 0, test.pos);
    const zero = this.instr('const', 'i32', [], 0n, test.pos);
    return [flag, zero, { ...test, op: 'icmp.eq', args: [flag.result, zero.result] }];
  }

  /** The outcome that an edge out of a first comparison means; null: the edge is none. */
  private decidedOn(pointer: ValueId, at: number, taken: boolean | null): bigint | null {
    const test = this.facts.first.get(pointer)?.find((t) => t.at === at);
    if (test === undefined || taken === null || this.facts.brought.has(pointer)) return null;
    return (test.instr.op === 'icmp.eq') === taken ? 1n : 0n;
  }

  /** Instructions that yield the outcome for what an edge passes. */
  private passed(v: ValueId, at: number, taken: boolean | null, pos: Pos): (Instr & { result: ValueId })[] {
    const decided = isNil(this.facts.definitions[v]) ? 1n : this.decidedOn(v, at, taken);
    if (decided !== null) return [this.instr('const', 'i32', [], decided, pos)];
    if (knownAfter(this.facts, v, at)) return [this.instr('load.u32', 'i32', [this.address(v)], 0, pos)];
    const nil = this.instr('const', 'ptr', [], 0n, pos);
    return [nil, this.instr('icmp.eq', 'i32', [v, nil.result], null, pos)];
  }

  private edge(target: Target, at: number, taken: boolean | null): Target {
    const { facts } = this;
    const { pos } = facts.f.blocks[at]!.end;
    const body: Instr[] = [];
    const keep = (pointer: ValueId, value: ValueId): void => {
      const args = [this.address(pointer), value];
      body.push({ op: 'store.32', result: null, type: 'i64', args, imm: 0, pos });
    };
    for (const pointer of this.slots.keys()) {
      const decided = this.decidedOn(pointer, at, taken);
      if (decided === null) continue;
      const value = this.instr('const', 'i32', [], decided, pos);
      body.push(value);
      keep(pointer, value.result);
    }
    const to = facts.f.blocks[facts.index.get(target.block)!]!;
    // All outcomes are read before one is written: a loop may swap its parameters.
    const outcomes = to.params.flatMap((p, k) =>
      this.slots.has(p.id) && facts.brought.has(p.id) && target.args[k] !== p.id
        ? [{ pointer: p.id, value: this.passed(target.args[k]!, at, taken, pos) }]
        : [],
    );
    for (const { value } of outcomes) body.push(...value);
    for (const { pointer, value } of outcomes) keep(pointer, value.at(-1)!.result);
    if (body.length === 0) return target;
    const id: BlockId = this.nextBlock++;
    this.added.push({ id, params: [], body, end: { kind: 'jump', target, pos } });
    return { block: id, args: [] };
  }
}
