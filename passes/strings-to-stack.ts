/**
 * Puts constant strings where helpers can read them: NUL-terminated bytes in a stack slot, or in .rodata where the
 * output has sections and that is smaller.
 *
 *     string @s0 "Hi!\n"                       slot s0 8 align 8 "s0"
 *                                                v3 = slotaddr s0
 *                                        ⇒       v4: i64 = const 169961800
 *                                                store.64 v3 + 0, v4           (also writes the NUL)
 *       v1: ptr = stringaddr @s0                 v1: ptr = slotaddr s0
 *
 * Equal strings of a function share a slot, and a string that ends another one lies in it. The stores are the fewest
 * that cover the bytes with constants that fit an immediate; they stand at the nearest dominator of all uses that is
 * in no loop. Invariant: the bytes are in place at every use; nobody writes to them afterwards.
 */

import { copyFunc, copyInstr, withBlocks, withBody } from '../src/ir/copy.ts';
import { must } from '../src/base/assert.ts';
import { dominators } from '../src/base/graph.ts';
import { naturalLoops } from '../src/base/loops.ts';
import { helpers, isHelperName } from '../src/bpf/helpers.ts';
import { kfuncPrototype } from '../src/bpf/kfuncs.ts';
import type { Func, Global, Instr, Module, Slot, SymbolRef, ValueId } from '../src/ir/ir.ts';
import { cfgOf, mapFuncs, mapList } from '../src/ir/walk.ts';
import type { Pass, Target } from './pass.ts';

export const stringsToStack: Pass<'ssa', 'ssa'> = {
  name: 'strings-to-stack',
  doc: 'Puts constant strings on the stack in the fewest stores, or into .rodata.',
  from: 'ssa',
  to: 'ssa',
  run: (module, { target }) => (target.sections ? intoSections(module, target) : ontoStack(module, target)),
};

const stringOf = (i: Instr): SymbolRef | null =>
  i.op === 'stringaddr' && typeof i.imm === 'object' && i.imm?.kind === 'symbol' ? i.imm : null;

interface Store {
  readonly offset: number;
  readonly bits: 8 | 16 | 32 | 64;
  readonly value: bigint;
}

/** The bytes at `offset` as a number of the target's byte order; those after the end are free, and 0. */
function numberAt(bytes: string, offset: number, size: number, endian: Target['endian']): bigint {
  let value = 0n;
  for (let k = 0; k < size; k++) {
    const byte = BigInt(offset + k < bytes.length ? bytes.charCodeAt(offset + k) : 0);
    const place = endian === 'little' ? k : size - 1 - k;
    value |= byte << BigInt(8 * place);
  }
  return BigInt.asIntN(8 * size, value);
}

/** The fewest aligned immediate stores for the bytes; of equally many those that write the least. */
export function immediateStores(bytes: string, endian: Target['endian']): readonly Store[] {
  const best: { count: number; written: number; store: Store | null }[] = [];
  for (let at = bytes.length + 7; at >= 0; at--) {
    best[at] = { count: 0, written: 0, store: null };
    if (at >= bytes.length) continue;
    best[at] = { count: Number.POSITIVE_INFINITY, written: 0, store: null };
    for (const size of [1, 2, 4, 8] as const) {
      const value = numberAt(bytes, at, size, endian);
      if (at % size !== 0 || BigInt.asIntN(32, value) !== value) continue;
      const rest = must(best[at + size], 'a rest');
      const old = must(best[at], 'an offset');
      const count = rest.count + 1;
      const written = rest.written + size;
      if (count > old.count || (count === old.count && written >= old.written)) continue;
      best[at] = { count, written, store: { offset: at, bits: (size * 8) as Store['bits'], value } };
    }
  }
  const stores: Store[] = [];
  for (let at = 0; at < bytes.length; ) {
    const store = must(best[at]?.store, 'a store');
    stores.push(store);
    at += store.bits / 8;
  }
  return stores;
}

/** A string's place: in the slot of the string that it ends, from `offset` on. */
interface Place {
  readonly bytes: string;
  readonly offset: number;
}

/** Longer strings first, so that one that ends another finds it. */
function placesOf(strings: readonly string[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const whole: string[] = [];
  for (const text of [...new Set(strings)].sort((a, b) => b.length - a.length)) {
    const bytes = `${text}\0`;
    const host = whole.find((other) => other.endsWith(bytes));
    if (host === undefined) whole.push(bytes);
    places.set(
      text,
      host === undefined ? { bytes, offset: 0 } : { bytes: host, offset: host.length - bytes.length },
    );
  }
  return places;
}

const ontoStack = (module: Module, target: Target): Module =>
  mapFuncs(module, (func) => (usesStrings(func) ? stackStrings(func, module, target) : func));

const usesStrings = (func: Func): boolean =>
  func.blocks.some((b) => b.body.some((i) => stringOf(i) !== null));

function textOf(module: Module, ref: SymbolRef): string {
  return must(module.strings.get(ref.name), `the string ${ref.name}`);
}

/** Position of the block where a string's stores go: dominates all of `blocks`, outside of loops, as late as can be. */
function homes(func: Func): (blocks: readonly number[]) => number {
  const graph = cfgOf(func);
  const tree = dominators(graph);
  const loops = naturalLoops(graph, tree);
  return (blocks) => {
    let at = blocks[0]!;
    while (!blocks.every((b) => tree.dominates(at, b)) || loops.innermost[at] !== -1) at = tree.idom[at]!;
    return at;
  };
}

function stackStrings(func: Func, module: Module, target: Target): Func {
  const reachable = new Set(dominators(cfgOf(func)).preorder);
  const names = new Map<string, string>();
  const uses: { readonly text: string; readonly block: number }[] = [];
  func.blocks.forEach((block, at) => {
    for (const i of block.body) {
      const ref = stringOf(i);
      if (ref === null) continue;
      const text = textOf(module, ref);
      names.set(`${text}\0`, ref.name);
      uses.push({ text, block: reachable.has(at) ? at : 0 });
    }
  });
  const places = placesOf(uses.map((use) => use.text));
  const blocksOf = new Map<string, number[]>();
  for (const { text, block } of uses) {
    const { bytes } = must(places.get(text), 'a place');
    blocksOf.set(bytes, [...(blocksOf.get(bytes) ?? []), block]);
  }
  return rewrite(func, module, target, places, blocksOf, names);
}

function rewrite(
  func: Func,
  module: Module,
  target: Target,
  places: ReadonlyMap<string, Place>,
  blocksOf: ReadonlyMap<string, readonly number[]>,
  names: ReadonlyMap<string, string>,
): Func {
  const homeOf = homes(func);
  const slots: Slot[] = [...func.slots];
  const slotOf = new Map<string, number>();
  const pending = new Map<number, string[]>();
  let { nextValue, nextSlot } = func;
  for (const { bytes } of places.values()) {
    if (slotOf.has(bytes)) continue;
    const stores = immediateStores(bytes, target.endian);
    const size = Math.max(...stores.map((store) => store.offset + store.bits / 8));
    const align = Math.max(...stores.map((store) => store.bits / 8));
    slots.push({ id: nextSlot, size, align, name: names.get(bytes) ?? '', pos: func.pos });
    slotOf.set(bytes, nextSlot++);
    const home = homeOf(must(blocksOf.get(bytes), 'uses'));
    pending.set(home, [...(pending.get(home) ?? []), bytes]);
  }

  const fill = (bytes: string, at: Instr | null): Instr[] => {
    const pos = at?.pos ?? func.pos;
    const pointer = nextValue++;
    const slot = must(slotOf.get(bytes), 'a slot');
    const made: Instr[] = [
      { op: 'slotaddr', result: pointer, type: 'ptr', args: [], imm: { kind: 'slot', slot, offset: 0 }, pos },
    ];
    for (const { offset, bits, value } of immediateStores(bytes, target.endian)) {
      const type = bits === 64 ? 'i64' : 'i32';
      const constant = nextValue++;
      made.push(
        { op: 'const', result: constant, type, args: [], imm: value, pos },
        { op: `store.${bits}`, result: null, type: 'i64', args: [pointer, constant], imm: offset, pos },
      );
    }
    return made;
  };

  const blocks = func.blocks.map((block, at) => {
    const here = new Set(pending.get(at) ?? []);
    const body: Instr[] = [];
    for (const i of block.body) {
      const ref = stringOf(i);
      if (ref === null) {
        body.push(i);
        continue;
      }
      const { bytes, offset } = must(places.get(textOf(module, ref)), 'a place');
      if (here.delete(bytes)) body.push(...fill(bytes, i));
      const slot = must(slotOf.get(bytes), 'a slot');
      body.push(copyInstr(i, { op: 'slotaddr', imm: { kind: 'slot', slot, offset: offset + ref.offset } }));
    }
    for (const bytes of here) body.push(...fill(bytes, null));
    return withBody(block, body);
  });
  return copyFunc(func, { blocks, slots, nextValue, nextSlot });
}

/** Values that a helper or kernel function takes as a constant string, which the verifier wants in a read-only map. */
function constantTexts(func: Func): ReadonlySet<ValueId> {
  const found = new Set<ValueId>();
  for (const { body } of func.blocks)
    for (const { op, imm, args } of body) {
      const name = typeof imm === 'object' && imm?.kind === 'symbol' ? imm.name : '';
      const texts =
        op === 'helper' && isHelperName(name)
          ? helpers[name].args.map(({ kind }) => kind === 'const-str')
          : op === 'kfunc'
            ? kfuncPrototype(name)?.params.map((p) => p.name.endsWith('__str'))
            : [];
      texts?.forEach((isText, i) => {
        const arg = args[i];
        if (isText && arg !== undefined) found.add(arg);
      });
    }
  return found;
}

/**
 * Strings of one store stay on the stack where they may; longer ones cost more there than in .rodata, where they cost no
 * code.
 */
function intoSections(module: Module, target: Target): Module {
  const globals = new Map<string, Global>();
  const moved = mapFuncs(module, (func) => {
    const constants = constantTexts(func);
    const blocks = mapList(func.blocks, (block) => {
      const body = mapList(block.body, (i) => {
        const ref = stringOf(i);
        if (ref === null) return i;
        const bytes = `${textOf(module, ref)}\0`;
        const needed = i.result !== null && constants.has(i.result);
        if (!needed && immediateStores(bytes, target.endian).length < 2) return i;
        const name = `.str.${ref.name}`;
        globals.set(name, {
          name,
          section: '.rodata',
          size: bytes.length,
          align: 1,
          init: Uint8Array.from(bytes, (c) => c.charCodeAt(0)),
        });
        const global: Instr = copyInstr(i, { op: 'globaladdr', imm: { ...ref, name } });
        return global;
      });
      return body === block.body ? block : withBody(block, body);
    });
    return blocks === func.blocks ? func : withBlocks(func, blocks);
  });
  const placed = globals.size === 0 ? moved : { ...moved, globals: [...moved.globals, ...globals.values()] };
  return ontoStack(placed, target);
}
