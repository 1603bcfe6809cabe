/**
 * Copy propagation: in SSA with block parameters a copy is a parameter that always receives the same value, or the
 * same values as its neighbour.
 *
 *     b0: branch v0, b1, b2(v5)             b0: branch v0, b1, b2
 *     b1: jump b2(v5)                  ⇒    b1: jump b2
 *     b2(v6: i32): return v6                b2: return v5
 *
 * The parameter loses its readers here and its place in the block at once. Invariant: types do not change, and the
 * value dominates the block (every edge into the block carries it, or the parameter itself).
 */

import { copyBlock, withBlocks, withTargetArgs } from '../src/ir/copy.ts';
import type { Block, Func, ValueId } from '../src/ir/ir.ts';
import { mapFuncs, mapList, mapTargets, removeUnreachable, substitute, targetsOf } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const copyProp: Pass<'ssa', 'ssa'> = {
  name: 'copy-prop',
  doc: 'replace block parameters that always receive the same value',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, propagate),
};

/** Per parameter (of blocks other than the entry) what it receives. */
function incoming(f: Func): Map<ValueId, ValueId[]> {
  const entry = f.blocks[0];
  const params = new Map(f.blocks.map((b) => [b.id, b.params]));
  const result = new Map<ValueId, ValueId[]>();
  for (const b of f.blocks) if (b !== entry) for (const p of b.params) result.set(p.id, []);
  for (const b of f.blocks) {
    for (const t of targetsOf(b.end)) {
      params.get(t.block)!.forEach((p, i) => {
        result.get(p.id)?.push(t.args[i]!);
      });
    }
  }
  return result;
}

function findCopies(f: Func): ReadonlyMap<ValueId, ValueId> {
  const received = incoming(f);
  const copies = new Map<ValueId, ValueId>();
  const resolve = (v: ValueId): ValueId => {
    let at = v;
    for (let next = copies.get(at); next !== undefined; next = copies.get(at)) at = next;
    if (at !== v) copies.set(v, at);
    return at;
  };
  const readers = new Map<ValueId, ValueId[]>();
  for (const [param, values] of received) {
    for (const v of values) {
      if (readers.has(v)) readers.get(v)!.push(param);
      else readers.set(v, [param]);
    }
  }
  const work = [...received.keys()].reverse();
  while (work.length > 0) {
    const param = work.pop()!;
    if (copies.has(param)) continue;
    let only: ValueId | null = null;
    let several = false;
    for (const v of received.get(param)!) {
      const source = resolve(v);
      if (source === param || source === only) continue;
      several = only !== null;
      if (several) break;
      only = source;
    }
    if (several || only === null) continue;
    copies.set(param, only);
    work.push(...(readers.get(param) ?? []));
    // Readers of the copy are from now on readers of its source.
    readers.set(only, [...(readers.get(only) ?? []), ...(readers.get(param) ?? [])]);
  }
  for (const v of copies.keys()) resolve(v);
  return copies;
}

/** Parameters of one block that receive the same values on every edge: the later is a copy of the earlier. */
function findTwins(f: Func, copies: Map<ValueId, ValueId>): void {
  const received = incoming(f);
  for (const b of f.blocks.slice(1)) {
    const seen = new Map<string, ValueId>();
    for (const p of b.params) {
      if (copies.has(p.id)) continue;
      const key = received
        .get(p.id)!
        .map((v) => (v === p.id ? 'self' : String(copies.get(v) ?? v)))
        .join();
      const twin = seen.get(key);
      if (twin === undefined) seen.set(key, p.id);
      else copies.set(p.id, twin);
    }
  }
}

function propagate(input: Func): Func {
  const f = removeUnreachable(input);
  const copies = new Map(findCopies(f));
  findTwins(f, copies);
  if (copies.size === 0) return f;
  const gone = new Map<number, readonly boolean[]>();
  for (const b of f.blocks)
    gone.set(
      b.id,
      b.params.map((p) => copies.has(p.id)),
    );
  const blocks = mapList(f.blocks, (b): Block => {
    const params = b.params.some((p) => copies.has(p.id))
      ? b.params.filter((p) => !copies.has(p.id))
      : b.params;
    const end = mapTargets(b.end, (t) => {
      const removed = gone.get(t.block)!;
      return removed.includes(true)
        ? withTargetArgs(
            t,
            t.args.filter((_, i) => !removed[i]),
          )
        : t;
    });
    return params === b.params && end === b.end ? b : copyBlock(b, { params, end });
  });
  return substitute(withBlocks(f, blocks), copies);
}
