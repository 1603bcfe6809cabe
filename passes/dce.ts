/**
 * Dead code elimination: unreachable blocks, instructions whose results nobody needs, block parameters nobody reads,
 * stores to slots that are never read, slots, functions and results of calls that nobody uses.
 *
 *     v1: i32 = const 5                b0:
 *     v2: i32 = add v1, v0      ⇒       jump b1
 *     jump b1(v2)                      b1:
 *     b1(v3: i32): return               return
 *
 * Works backwards from effects: what is not marked goes, cycles of parameters included. A module without programs
 * (a test) keeps all its functions. Invariant: `aborted` stays directly behind its call.
 */

import { copyBlock, copyFunc, copyInstr, withTargetArgs } from '../src/ir/copy.ts';
import type { Block, Func, Instr, Module, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { type Pointers, pointersOf } from '../src/ir/pointers.ts';
import { incomingValues, mapFuncs, mapList, mapTargets, removeUnreachable } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const dce: Pass<'ssa', 'ssa'> = {
  name: 'dce',
  doc: 'remove dead instructions, block parameters, blocks, slots and functions',
  from: 'ssa',
  to: 'ssa',
  run: (module) => removeDeadFuncs(mapFuncs(module, removeDead)),
};

/** The argument at which an op writes memory, when it does nothing else with that argument. */
const writesOnly = (i: Instr, arg: number): boolean =>
  arg === 0 && (i.op.startsWith('store.') || opRow(i.op).bulk !== undefined);

function removeDead(input: Func): Func {
  const f = removeUnreachable(input);
  const { values, instrs } = markLive(f, pointersOf(f));
  const params = new Map(f.blocks.map((b) => [b.id, b.params]));
  const entry = f.blocks[0];
  const keepArg = (block: number, index: number): boolean =>
    values[params.get(block)?.[index]?.id ?? 0] === 1;
  const blocks = mapList(f.blocks, (b): Block => {
    const body = b.body.every((i) => instrs.has(i)) ? b.body : b.body.filter((i) => instrs.has(i));
    const named = mapList(body, (i) =>
      i.result !== null && values[i.result] === 0 && opRow(i.op).result === 'optional'
        ? copyInstr(i, { result: null, type: 'i64' as const })
        : i,
    );
    const kept =
      b === entry || b.params.every((p) => values[p.id] === 1)
        ? b.params
        : b.params.filter((p) => values[p.id] === 1);
    const end = mapTargets(b.end, (t) =>
      t.args.every((_, i) => keepArg(t.block, i))
        ? t
        : withTargetArgs(
            t,
            t.args.filter((_, i) => keepArg(t.block, i)),
          ),
    );
    return named === b.body && kept === b.params && end === b.end
      ? b
      : copyBlock(b, { params: kept, body: named, end });
  });
  const used = new Set<number>();
  for (const b of blocks) {
    for (const i of b.body) if (typeof i.imm === 'object' && i.imm?.kind === 'slot') used.add(i.imm.slot);
  }
  const slots = f.slots.every((s) => used.has(s.id)) ? f.slots : f.slots.filter((s) => used.has(s.id));
  return blocks === f.blocks && slots === f.slots ? f : copyFunc(f, { blocks, slots });
}

interface Live {
  /** 1: the value is read. */
  readonly values: Uint8Array;
  readonly instrs: ReadonlySet<Instr>;
}

function markLive(f: Func, pointers: Pointers): Live {
  const values = new Uint8Array(f.nextValue);
  const instrs = new Set<Instr>();
  const liveSlots = new Set<number>();
  const waiting = new Map<number, Instr[]>();
  const argumentsOf = incomingValues(f);
  const work: Instr[] = [];

  const markInstr = (i: Instr): void => {
    if (instrs.has(i)) return;
    instrs.add(i);
    work.push(i);
  };
  const markSlot = (slot: number): void => {
    if (liveSlots.has(slot)) return;
    liveSlots.add(slot);
    for (const i of waiting.get(slot) ?? []) markInstr(i);
  };
  const pending: ValueId[] = [];
  const markValue = (v: ValueId): void => {
    if (values[v] === 1) return;
    values[v] = 1;
    const d = pointers.definitions[v];
    if (d !== undefined) markInstr(d);
    else pending.push(...(argumentsOf.get(v) ?? []));
  };
  const readValue = (v: ValueId): void => {
    const { slot } = pointers.place(v);
    if (slot !== null) markSlot(slot);
    markValue(v);
  };

  for (const b of f.blocks) {
    for (const i of b.body) {
      const row = opRow(i.op);
      if (row.effect !== 'write' && row.effect !== 'call') continue;
      const slot = writesOnly(i, 0) ? pointers.place(i.args[0]!).slot : null;
      if (slot === null) markInstr(i);
      else if (waiting.has(slot)) waiting.get(slot)!.push(i);
      else waiting.set(slot, [i]);
    }
    if (b.end.kind === 'branch') readValue(b.end.cond);
    if (b.end.kind === 'return' && b.end.value !== null) readValue(b.end.value);
  }
  while (work.length > 0 || pending.length > 0) {
    const v = pending.pop();
    if (v !== undefined) {
      readValue(v);
      continue;
    }
    const i = work.pop()!;
    i.args.forEach((a, at) => {
      if (writesOnly(i, at) || i.op === 'ptroff') markValue(a);
      else readValue(a);
    });
  }
  return { values, instrs };
}

/** Keeps what the programs reach. */
function removeDeadFuncs(module: Module): Module {
  const byName = new Map(module.funcs.map((f) => [f.name, f]));
  const work = module.funcs.filter((f) => f.program !== null);
  if (work.length === 0) return module;
  const live = new Set(work);
  while (work.length > 0) {
    for (const b of work.pop()!.blocks) {
      for (const i of b.body) {
        if ((i.op !== 'call' && i.op !== 'funcaddr') || typeof i.imm !== 'object' || i.imm?.kind !== 'symbol')
          continue;
        const callee = byName.get(i.imm.name);
        if (callee === undefined || live.has(callee)) continue;
        live.add(callee);
        work.push(callee);
      }
    }
  }
  return live.size === module.funcs.length
    ? module
    : { ...module, funcs: module.funcs.filter((f) => live.has(f)) };
}
