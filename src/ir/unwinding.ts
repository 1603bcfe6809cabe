/**
 * The code that a panic runs before its function ends (deferred calls), once for each set of references that may be open
 * there: where ways meet on which a record is open and is not, no pointer would tell which.
 *
 *     b3 → b9, b7 → b9      b9: deferred call; abort       a record is open in b3 and not in b7
 *       ⇒  b3 → b9, b7 → b12      b12: deferred call; abort
 *
 * Invariant: what a function does is the same; only blocks that end in nothing but `abort` are doubled.
 */

import { copyFunc, copyInstr, withEnd } from './copy.ts';
import type { Block, BlockId, Func, Target, ValueId } from './ir.ts';
import type { Flow, FlowState } from './reference-flow.ts';
import { mapBlockUses, mapTargets, targetsOf } from './walk.ts';

/** Blocks with code from which every way ends in `abort`, and some way does. */
function unwinding(func: Func): ReadonlySet<BlockId> {
  const leads = (to: (block: Block) => boolean): Set<BlockId> => {
    const found = new Set(func.blocks.filter(to).map((b) => b.id));
    for (let size = -1; size !== found.size; ) {
      size = found.size;
      for (const b of func.blocks) if (targetsOf(b.end).some((t) => found.has(t.block))) found.add(b.id);
    }
    return found;
  };
  const returns = leads(({ end }) => end.kind === 'return' || end.kind === 'unreachable');
  const aborts = leads(({ end }) => end.kind === 'abort');
  const plain = ({ body, params, end }: Block): boolean =>
    end.kind === 'abort' && body.length === 0 && params.length === 0;
  return new Set(
    func.blocks.filter((b) => aborts.has(b.id) && !returns.has(b.id) && !plain(b)).map((b) => b.id),
  );
}

const signature = (state: FlowState): string =>
  state.map((s) => `${s.status} ${[...s.handles].sort((a, b) => a - b).join(' ')}`).join('; ');

/** An edge into the unwinding code. */
interface Entry {
  readonly target: Target;
  readonly state: string;
}

/** The function with the unwinding code apart by what is open; itself where that is not needed. */
export function splitUnwinding(func: Func, flow: Flow): Func {
  const region = unwinding(func);
  const mixed = func.blocks.some(
    (b, at) => region.has(b.id) && flow.start[at]?.some((s) => s.status === 'mixed') === true,
  );
  if (!mixed) return func;
  const entries = func.blocks.flatMap((b, at): readonly Entry[] =>
    region.has(b.id) || flow.start[at] === null
      ? []
      : targetsOf(b.end)
          .filter((target) => region.has(target.block))
          .map((target) => ({ target, state: signature(flow.edge(at, target)) })),
  );
  const [, ...others] = [...new Set(entries.map((e) => e.state))];
  const next = { value: func.nextValue, block: func.nextBlock };
  const added: Block[] = [];
  const moved = new Map<Target, Target>();
  for (const state of others) {
    const group = entries.filter((e) => e.state === state);
    const copy = copied(
      func,
      region,
      group.map((e) => e.target.block),
      next,
    );
    added.push(...copy.blocks);
    for (const { target } of group) moved.set(target, { ...target, block: copy.place(target.block) });
  }
  const blocks = func.blocks.map((b): Block => {
    const end = mapTargets(b.end, (target) => moved.get(target) ?? target);
    return end === b.end ? b : withEnd(b, end);
  });
  return copyFunc(func, { blocks: [...blocks, ...added], nextValue: next.value, nextBlock: next.block });
}

/** The part of the region that is reached from some blocks, with ids of its own. */
function copied(
  func: Func,
  region: ReadonlySet<BlockId>,
  from: readonly BlockId[],
  next: { value: number; block: number },
): { readonly blocks: readonly Block[]; readonly place: (block: BlockId) => BlockId } {
  const reached = new Set(from);
  for (const id of reached)
    for (const t of targetsOf(func.blocks.find((b) => b.id === id)?.end ?? { kind: 'abort', pos: func.pos }))
      if (region.has(t.block)) reached.add(t.block);
  const originals = func.blocks.filter((b) => reached.has(b.id));
  const places = new Map(originals.map((b) => [b.id, next.block++]));
  const place = (block: BlockId): BlockId => places.get(block) ?? block;
  const values = new Map<ValueId, ValueId>();
  for (const { params, body } of originals) {
    for (const { id } of params) values.set(id, next.value++);
    for (const { result } of body) if (result !== null) values.set(result, next.value++);
  }
  const value = (id: ValueId): ValueId => values.get(id) ?? id;
  const blocks = originals.map((original): Block => {
    const b = mapBlockUses(original, value);
    return {
      id: place(b.id),
      params: b.params.map((p) => ({ ...p, id: value(p.id) })),
      body: b.body.map((i) => copyInstr(i, { result: i.result === null ? null : value(i.result) })),
      end: mapTargets(b.end, (t) => ({ ...t, block: place(t.block) })),
    };
  });
  return { blocks, place };
}
