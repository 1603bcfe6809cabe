/**
 * Reading and rewriting of functions: successors, uses, substitution. Rewrites keep what did not change by
 * reference, so that a pass can tell; what is read of a function is computed once (base/memo.ts).
 *
 *     substitute(f, new Map([[1, 2]]))      // every use of v1 becomes v2
 */

import { copyBlock, withArgs, withBlocks, withTargetArgs } from './copy.ts';
import { type FlowGraph, flowGraph, postorder } from '../base/graph.ts';
import { memo } from '../base/memo.ts';
import type { Block, Func, Instr, IrType, Module, Target, Terminator, ValueId } from './ir.ts';

export function targetsOf(end: Terminator): readonly Target[] {
  switch (end.kind) {
    case 'jump':
      return [end.target];
    case 'branch':
      return [end.then, end.else];
    case 'return':
    case 'abort':
    case 'unreachable':
      return [];
  }
}

/** Every value that a terminator reads, arguments of its targets included. */
export function terminatorUses(end: Terminator): readonly ValueId[] {
  switch (end.kind) {
    case 'jump':
      return end.target.args;
    case 'branch':
      return [end.cond, ...end.then.args, ...end.else.args];
    case 'return':
      return end.value === null ? [] : [end.value];
    case 'abort':
    case 'unreachable':
      return [];
  }
}

/** The function, helper, map, global or string that the instruction names; null: it names none. */
export const symbolOf = (i: Instr | undefined): string | null =>
  typeof i?.imm === 'object' && i.imm?.kind === 'symbol' ? i.imm.name : null;

/** Index of each block in its function's list. */
export const blockIndex = memo(
  (f: Func): ReadonlyMap<number, number> => new Map(f.blocks.map((b, i) => [b.id, i])),
);

/** The control flow over indexes into `f.blocks`; targets that do not exist are left out. */
export const cfgOf = memo((f: Func): FlowGraph => {
  const index = blockIndex(f);
  return flowGraph(
    f.blocks.map((b) => {
      const targets: number[] = [];
      for (const t of targetsOf(b.end)) {
        const at = index.get(t.block);
        if (at !== undefined) targets.push(at);
      }
      return targets;
    }),
  );
});

/** Maps a list; the list itself if every element stayed the same. */
export function mapList<T>(list: readonly T[], change: (item: T, index: number) => T): readonly T[] {
  let result: T[] | null = null;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as T;
    const made = change(item, i);
    if (result === null && made !== item) result = list.slice(0, i);
    result?.push(made);
  }
  return result ?? list;
}

/** Maps a list to zero or more elements each; the list itself if every element stayed the same. */
export function expandList<T>(
  list: readonly T[],
  change: (item: T, index: number) => readonly T[] | T,
): readonly T[] {
  let result: T[] | null = null;
  list.forEach((item, i) => {
    const made = change(item, i);
    if (result === null && made !== item) result = list.slice(0, i);
    if (result === null) return;
    if (Array.isArray(made)) result.push(...(made as readonly T[]));
    else result.push(made as T);
  });
  return result ?? list;
}

const branchTo = ({ pos }: Terminator, cond: ValueId, then: Target, otherwise: Target): Terminator => ({
  kind: 'branch',
  cond,
  then,
  else: otherwise,
  pos,
});

/** Changes targets; the terminator itself if nothing changed. */
export function mapTargets(end: Terminator, change: (target: Target) => Target): Terminator {
  if (end.kind === 'jump') {
    const target = change(end.target);
    return target === end.target ? end : { kind: 'jump', target, pos: end.pos };
  }
  if (end.kind === 'branch') {
    const yes = change(end.then);
    const no = change(end.else);
    return yes === end.then && no === end.else ? end : branchTo(end, end.cond, yes, no);
  }
  return end;
}

/** Changes every value that a terminator reads. */
export function mapTerminatorUses(end: Terminator, change: (value: ValueId) => ValueId): Terminator {
  const moved = mapTargets(end, (target) => {
    const args = mapList(target.args, change);
    return args === target.args ? target : withTargetArgs(target, args);
  });
  if (moved.kind === 'branch') {
    const cond = change(moved.cond);
    return cond === moved.cond ? moved : branchTo(moved, cond, moved.then, moved.else);
  }
  if (moved.kind === 'return' && moved.value !== null) {
    const value = change(moved.value);
    return value === moved.value ? moved : { kind: 'return', value, pos: moved.pos };
  }
  return moved;
}

export function mapInstrUses(instr: Instr, change: (value: ValueId) => ValueId): Instr {
  const args = mapList(instr.args, change);
  return args === instr.args ? instr : withArgs(instr, args);
}

export function mapBlockUses(block: Block, change: (value: ValueId) => ValueId): Block {
  const body = mapList(block.body, (i) => mapInstrUses(i, change));
  const end = mapTerminatorUses(block.end, change);
  return body === block.body && end === block.end ? block : copyBlock(block, { body, end });
}

/** Replaces uses; chains (v1 → v2 → v3) are followed to their end. */
export function substitute(f: Func, replacements: ReadonlyMap<ValueId, ValueId>): Func {
  if (replacements.size === 0) return f;
  const resolved = new Map<ValueId, ValueId>();
  const resolve = (value: ValueId): ValueId => {
    const known = resolved.get(value);
    if (known !== undefined) return known;
    const chain: ValueId[] = [];
    let at = value;
    for (let next = replacements.get(at); next !== undefined; next = replacements.get(at)) {
      chain.push(at);
      at = resolved.get(next) ?? next;
    }
    for (const v of chain) resolved.set(v, at);
    return at;
  };
  const blocks = mapList(f.blocks, (b) => mapBlockUses(b, resolve));
  return blocks === f.blocks ? f : withBlocks(f, blocks);
}

/** Changes functions; the module itself if none changed. */
export function mapFuncs(module: Module, change: (f: Func) => Func): Module {
  const funcs = mapList(module.funcs, change);
  return funcs === module.funcs ? module : { ...module, funcs };
}

/** The instruction that defines each value, by id; parameters have none. */
export const definitionsOf = memo((f: Func): readonly (Instr | undefined)[] => {
  const definitions: (Instr | undefined)[] = new Array<Instr | undefined>(f.nextValue);
  for (const b of f.blocks) for (const i of b.body) if (i.result !== null) definitions[i.result] = i;
  return definitions;
});

/** The type of each value, by id. */
export const typesOf = memo((f: Func): readonly (IrType | undefined)[] => {
  const types = new Array<IrType | undefined>(f.nextValue);
  for (const b of f.blocks) {
    for (const p of b.params) types[p.id] = p.type;
    for (const i of b.body) if (i.result !== null) types[i.result] = i.type;
  }
  return types;
});

/** How often each value is used, by id. */
export function useCounts(f: Func): Int32Array {
  const counts = new Int32Array(f.nextValue);
  for (const b of f.blocks) {
    for (const i of b.body) for (const v of i.args) counts[v]!++;
    for (const v of terminatorUses(b.end)) counts[v]!++;
  }
  return counts;
}

/** Without the blocks that no path from the entry reaches. */
export function removeUnreachable(f: Func): Func {
  const reachable = postorder(cfgOf(f));
  if (reachable.length === f.blocks.length) return f;
  const keep = new Set(reachable);
  return withBlocks(
    f,
    f.blocks.filter((_, i) => keep.has(i)),
  );
}

/** What flows into each block parameter. */
export const incomingValues = memo((f: Func): ReadonlyMap<ValueId, readonly ValueId[]> => {
  const params = new Map(f.blocks.map((b) => [b.id, b.params]));
  const result = new Map<ValueId, ValueId[]>();
  for (const b of f.blocks) for (const p of b.params) result.set(p.id, []);
  for (const b of f.blocks) {
    for (const t of targetsOf(b.end)) {
      params.get(t.block)?.forEach((p, i) => {
        result.get(p.id)!.push(t.args[i]!);
      });
    }
  }
  return result;
});

/** Without the candidates among the block parameters that feed nothing but each other. */
export function removeDeadParams(f: Func, candidate: (param: ValueId) => boolean): Func {
  const live = new Uint8Array(f.nextValue);
  const work: ValueId[] = [];
  const mark = (v: ValueId): void => {
    if (live[v] === 1) return;
    live[v] = 1;
    work.push(v);
  };
  const params = new Map(f.blocks.map((b) => [b.id, b.params]));
  for (const b of f.blocks) {
    for (const i of b.body) i.args.forEach(mark);
    if (b.end.kind === 'branch') mark(b.end.cond);
    if (b.end.kind === 'return' && b.end.value !== null) mark(b.end.value);
    for (const t of targetsOf(b.end)) {
      params.get(t.block)!.forEach((p, i) => {
        if (!candidate(p.id)) mark(t.args[i]!);
      });
    }
  }
  const incoming = incomingValues(f);
  while (work.length > 0) {
    const v = work.pop()!;
    if (candidate(v)) incoming.get(v)?.forEach(mark);
  }
  const dead = (param: ValueId): boolean => candidate(param) && live[param] === 0;
  const blocks = mapList(f.blocks, (b): Block => {
    const kept = b.params.some((p) => dead(p.id)) ? b.params.filter((p) => !dead(p.id)) : b.params;
    const end = mapTargets(b.end, (t) => {
      const list = params.get(t.block)!;
      return list.some((p) => dead(p.id))
        ? withTargetArgs(
            t,
            t.args.filter((_, i) => !dead(list[i]!.id)),
          )
        : t;
    });
    return kept === b.params && end === b.end ? b : copyBlock(b, { params: kept, end });
  });
  return blocks === f.blocks ? f : withBlocks(f, blocks);
}
