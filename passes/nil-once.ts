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
 * A block parameter that receives such a pointer, tested or not, gets its outcome on every edge; a function that
 * compares a parameter which callers have compared gets the outcome as one more parameter. The outcomes are constants in
 * slots, which mem2reg promotes and cfg-simplify threads. Invariant: no path compares a pointer twice, but where a
 * function has no room for a parameter, or returns what it compared.
 */

import { copyBlock, copyFunc, copyInstr, withArgs, withBody } from '../src/ir/copy.ts';
import { type Dominators, dominators, type FlowGraph } from '../src/base/graph.ts';
import type { Pos } from '../src/base/source.ts';
import { helpers, isHelperName } from '../src/bpf/helpers.ts';
import type {
  Block,
  BlockId,
  Func,
  Instr,
  Module,
  Param,
  Slot,
  SlotId,
  Target,
  ValueId,
} from '../src/ir/ir.ts';
import { blockIndex, cfgOf, definitionsOf, incomingValues, mapFuncs, symbolOf } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const nilOnce: Pass<'ssa', 'ssa'> = {
  name: 'nil-once',
  doc: 'compare what must be given back with nil once',
  from: 'ssa',
  to: 'ssa',
  run: (module) => {
    if (!module.funcs.some((f) => f.blocks.some((b) => b.body.some(isAcquired)))) return module;
    const handed = handedIn(module);
    return mapFuncs(module, (f) => testedOnce(f, handed));
  },
};

/** Per function the indexes of parameters whose outcomes its callers hand over. */
type Handed = ReadonlyMap<string, ReadonlySet<number>>;

/** Registers for parameters, but one that lower-aborts may need. */
const mostParams = 4;

function handedIn(module: Module): Handed {
  const handed = new Map<string, Set<number>>();
  const fixed = new Set(module.funcs.flatMap((f) => f.blocks.flatMap((b) => b.body.map(addressTaken))));
  const funcs = new Map(module.funcs.map((f) => [f.name, f]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const f of module.funcs) {
      const facts = factsOf(f, handed);
      f.blocks.forEach((b, at) => {
        for (const i of b.body) {
          const callee = funcs.get(calleeOf(i) ?? '');
          if (callee === undefined || callee.program !== null || fixed.has(callee.name)) continue;
          const own = handed.get(callee.name) ?? new Set<number>();
          for (const [k, v] of i.args.entries()) {
            const room = callee.blocks[0]!.params.length + own.size < mostParams;
            if (!room || own.has(k) || !knownBefore(facts, v, at) || !compares(callee, k, handed)) continue;
            handed.set(callee.name, own.add(k));
            changed = true;
          }
        }
      });
    }
  }
  return handed;
}

function calleeOf(i: Instr): string | null {
  return i.op === 'call' ? symbolOf(i) : null;
}

function addressTaken(i: Instr): string | null {
  return i.op === 'funcaddr' ? symbolOf(i) : null;
}

/** Does a function compare a parameter with nil, itself or by a function that gets the outcome? */
function compares(f: Func, index: number, handed: Handed): boolean {
  const param = f.blocks[0]!.params[index]?.id;
  const definitions = definitionsOf(f);
  return f.blocks.some((b) =>
    b.body.some((i) => {
      if (i.op === 'icmp.eq' || i.op === 'icmp.ne')
        return i.args[0] === param && isNil(definitions[i.args[1]!]);
      const passed = handed.get(calleeOf(i) ?? '');
      return passed !== undefined && i.args.some((v, k) => v === param && passed.has(k));
    }),
  );
}

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
  readonly handed: Handed;
  readonly acquired: ReadonlySet<ValueId>;
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

/** Parameters of a function whose outcomes are handed over. */
const handedParams = (f: Func, handed: Handed): readonly ValueId[] =>
  [...(handed.get(f.name) ?? [])].map((k) => f.blocks[0]!.params[k]!.id);

/** The acquired pointers: results of calls, and parameters that may receive one. */
function acquiredIn(f: Func, handed: Handed): ReadonlySet<ValueId> {
  const acquired = new Set(handedParams(f, handed));
  for (const b of f.blocks)
    for (const i of b.body) if (i.result !== null && isAcquired(i)) acquired.add(i.result);
  const incoming = incomingValues(f);
  for (let size = -1; size !== acquired.size; ) {
    size = acquired.size;
    for (const [param, values] of incoming) if (values.some((v) => acquired.has(v))) acquired.add(param);
  }
  return acquired;
}

function testsIn(
  f: Func,
  acquired: ReadonlySet<ValueId>,
  definitions: readonly (Instr | undefined)[],
): Map<ValueId, Test[]> {
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

function factsOf(f: Func, handed: Handed): Facts {
  const definitions = definitionsOf(f);
  const graph = cfgOf(f);
  const tree = dominators(graph);
  const acquired = acquiredIn(f, handed);
  const tests = testsIn(f, acquired, definitions);
  const first = new Map<ValueId, readonly Test[]>();
  for (const [pointer, list] of tests) {
    const deciding = list.filter(({ at, instr }) => {
      const { end } = f.blocks[at]!;
      return end.kind === 'branch' && end.cond === instr.result;
    });
    const outer = deciding.filter((t) => !deciding.some((o) => o.at !== t.at && tree.dominates(o.at, t.at)));
    first.set(pointer, outer);
  }
  const facts = { f, handed, acquired, definitions, graph, tree, index: blockIndex(f), tests, first };
  return { ...facts, brought: broughtIn(facts) };
}

/** Is the outcome for a pointer known on the edges that leave a block? */
function knownAfter(facts: Facts, pointer: ValueId, at: number): boolean {
  return (
    facts.brought.has(pointer) || (facts.first.get(pointer) ?? []).some((t) => facts.tree.dominates(t.at, at))
  );
}

/** Is it known at the start of a block? */
function knownBefore(facts: Facts, pointer: ValueId, at: number): boolean {
  return (
    facts.brought.has(pointer) || (facts.first.get(pointer) ?? []).some((t) => dominatedBy(facts, t, at))
  );
}

const dominatedBy = ({ tree }: Facts, test: Test, at: number): boolean =>
  test.at !== at && tree.dominates(test.at, at);

/** Parameters that receive a tested pointer, and those that are handed over. */
function broughtIn(facts: Omit<Facts, 'brought'>): ReadonlyMap<ValueId, number> {
  const brought = new Map(handedParams(facts.f, facts.handed).map((v): [ValueId, number] => [v, 0]));
  const all: Facts = { ...facts, brought };
  for (let size = -1; size !== brought.size; ) {
    size = brought.size;
    facts.f.blocks.forEach((b, at) => {
      for (const [k, p] of b.params.entries()) {
        if (!facts.acquired.has(p.id) || brought.has(p.id) || at === 0) continue;
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

function testedOnce(f: Func, handed: Handed): Func {
  const facts = factsOf(f, handed);
  const later = repeated(facts);
  const hands = f.blocks.some((b) => b.body.some((i) => handed.has(calleeOf(i) ?? '')));
  if (later.size === 0 && !hands && !handed.has(f.name)) return f;
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
    const wanted = [...later.values(), ...this.handedOver(), ...handedParams(facts.f, facts.handed)];
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
    return copyFunc(this.facts.f, { blocks, slots, nextValue, nextBlock, nextSlot });
  }

  block(original: Block, at: number): Block {
    const { facts } = this;
    const body: Instr[] = at === 0 ? [...this.addresses.values()] : [];
    const outcomes: Param[] = [];
    for (const param of at === 0 ? handedParams(facts.f, facts.handed) : []) {
      outcomes.push({ id: this.nextValue++, type: 'i32' });
      body.push(this.keep(param, outcomes.at(-1)!.id, facts.f.pos));
    }
    for (const i of original.body) {
      const pointer = this.later.get(i);
      if (pointer === undefined) body.push(...this.handing(i, at));
      else body.push(...this.outcome(i, pointer));
    }
    const b = outcomes.length === 0 ? original : { ...original, params: [...original.params, ...outcomes] };
    const { end } = b;
    if (end.kind === 'jump')
      return copyBlock(b, { body, end: { ...end, target: this.edge(end.target, at, null) } });
    if (end.kind !== 'branch') return withBody(b, body);
    const [then, otherwise] = [this.edge(end.then, at, true), this.edge(end.else, at, false)];
    return copyBlock(b, { body, end: { ...end, then, else: otherwise } });
  }

  /** Pointers that flow into a parameter and whose outcome is known by a slot there. */
  private sources(param: ValueId): ValueId[] {
    const values = incomingValues(this.facts.f).get(param) ?? [];
    return values.filter((v) => this.facts.first.has(v) || this.facts.brought.has(v));
  }

  private instr(op: Instr['op'], type: Instr['type'], args: readonly ValueId[], imm: Instr['imm'], pos: Pos) {
    return { op, result: this.nextValue++, type, args, imm, pos };
  }

  private address(pointer: ValueId): ValueId {
    return this.addresses.get(pointer)!.result;
  }

  /** Pointers whose outcomes calls hand over and that are known there. */
  private handedOver(): ValueId[] {
    const { facts } = this;
    return facts.f.blocks.flatMap((b, at) =>
      b.body.flatMap((i) =>
        [...(facts.handed.get(calleeOf(i) ?? '') ?? [])].flatMap((k) =>
          knownBefore(facts, i.args[k]!, at) ? [i.args[k]!] : [],
        ),
      ),
    );
  }

  /** A call, with the outcomes that it hands over. */
  private handing(i: Instr, at: number): readonly Instr[] {
    const wanted = this.facts.handed.get(calleeOf(i) ?? '');
    if (wanted === undefined) return [i];
    const before: Instr[] = [];
    const args = [...i.args];
    for (const k of wanted) {
      const v = i.args[k]!;
      const decided = isNil(this.facts.definitions[v]) ? 1n : null;
      const value = this.passed(v, decided, knownBefore(this.facts, v, at), i.pos);
      before.push(...value);
      args.push(value.at(-1)!.result);
    }
    return [...before, withArgs(i, args)];
  }

  private keep(pointer: ValueId, value: ValueId, pos: Pos): Instr {
    return { op: 'store.32', result: null, type: 'i64', args: [this.address(pointer), value], imm: 0, pos };
  }

  /** In place of a comparison. */
  private outcome(test: Instr, pointer: ValueId): readonly Instr[] {
    const address = this.address(pointer);
    if (test.op === 'icmp.eq') return [copyInstr(test, { op: 'load.u32', args: [address], imm: 0 })];
    const flag = this.instr('load.u32', 'i32', [address], 0, test.pos);
    const zero = this.instr('const', 'i32', [], 0n, test.pos);
    return [flag, zero, copyInstr(test, { op: 'icmp.eq', args: [flag.result, zero.result] })];
  }

  /** The outcome that an edge out of a first comparison means; null: the edge is none. */
  private decidedOn(pointer: ValueId, at: number, taken: boolean | null): bigint | null {
    const test = this.facts.first.get(pointer)?.find((t) => t.at === at);
    if (test === undefined || taken === null || this.facts.brought.has(pointer)) return null;
    return (test.instr.op === 'icmp.eq') === taken ? 1n : 0n;
  }

  /** Instructions that yield the outcome for what an edge or a call passes. */
  private passed(
    v: ValueId,
    decided: bigint | null,
    known: boolean,
    pos: Pos,
  ): (Instr & { result: ValueId })[] {
    if (decided !== null) return [this.instr('const', 'i32', [], decided, pos)];
    if (known) return [this.instr('load.u32', 'i32', [this.address(v)], 0, pos)];
    const nil = this.instr('const', 'ptr', [], 0n, pos);
    return [nil, this.instr('icmp.eq', 'i32', [v, nil.result], null, pos)];
  }

  private edge(target: Target, at: number, taken: boolean | null): Target {
    const { facts } = this;
    const { pos } = facts.f.blocks[at]!.end;
    const body: Instr[] = [];
    for (const pointer of this.slots.keys()) {
      const decided = this.decidedOn(pointer, at, taken);
      if (decided === null) continue;
      const value = this.instr('const', 'i32', [], decided, pos);
      body.push(value, this.keep(pointer, value.result, pos));
    }
    const to = facts.f.blocks[facts.index.get(target.block)!]!;
    // All outcomes are read before one is written: a loop may swap its parameters.
    const outcomes = to.params.flatMap((p, k) => {
      const v = target.args[k]!;
      if (!this.slots.has(p.id) || !facts.brought.has(p.id) || v === p.id) return [];
      const decided = isNil(facts.definitions[v]) ? 1n : this.decidedOn(v, at, taken);
      return [{ pointer: p.id, value: this.passed(v, decided, knownAfter(facts, v, at), pos) }];
    });
    for (const { value } of outcomes) body.push(...value);
    for (const { pointer, value } of outcomes) body.push(this.keep(pointer, value.at(-1)!.result, pos));
    if (body.length === 0) return target;
    const id: BlockId = this.nextBlock++;
    this.added.push({ id, params: [], body, end: { kind: 'jump', target, pos } });
    return { block: id, args: [] };
  }
}
