/**
 * The one field of the context that is read behind a call is read before it: the field is kept, not the context.
 *
 *     b0: … v4 = load.u32 v0 + 4 …              b0: … v4 = load.u32 v0 + 4 …
 *         v8 = helper @map_lookup_elem(…)   ⇒       v9 = load.u32 v0 + 12
 *         v9 = load.u32 v0 + 12                     v8 = helper @map_lookup_elem(…)
 *
 * A value that lives across a call has to lie in a register that calls keep; the context arrives in one that they do
 * not, so that keeping the field saves the move. Invariant: nothing else reads the context behind a call, nothing in
 * the function writes to it, and the field is a number; no call comes before the place that is read at.
 */

import { withBlocks, withBody } from '../src/ir/copy.ts';
import { dominators } from '../src/base/graph.ts';
import type { Func, Instr, ValueId } from '../src/ir/ir.ts';
import { opRow } from '../src/ir/ops.ts';
import { regionsOf } from '../src/ir/regions.ts';
import { cfgOf, mapFuncs, removeUnreachable, terminatorUses } from '../src/ir/walk.ts';
import type { Pass } from './pass.ts';

export const contextFields: Pass<'ssa', 'ssa'> = {
  name: 'context-fields',
  doc: 'read the last field of the context before calls',
  from: 'ssa',
  to: 'ssa',
  run: (module) => mapFuncs(module, hoist),
};

const isCall = (i: Instr): boolean => opRow(i.op).effect === 'call';

/** A field that fits a register half: no pointer, which the verifier follows. */
const isField = (i: Instr, context: ValueId): boolean =>
  (i.op === 'load.u8' || i.op === 'load.u16' || i.op === 'load.u32') &&
  i.type !== 'ptr' &&
  i.args[0] === context;

function hoist(input: Func): Func {
  const context = input.program === null ? undefined : input.blocks[0]?.params[0]?.id;
  if (context === undefined || !input.blocks.some((b) => b.body.some(isCall))) return input;
  const f = removeUnreachable(input);
  const after = afterCalls(f);
  const late = lateField(f, context, after);
  if (late === null || !keepsContext(f)) return input;
  const { idom } = dominators(cfgOf(f));
  let home = late.block;
  while (home >= 0 && after[home] === 1) home = idom[home]!;
  if (home < 0) return input;
  const blocks = f.blocks.map((b, at) => {
    const body = at === late.block ? b.body.filter((i) => i !== late.field) : b.body;
    if (at !== home) return body === b.body ? b : withBody(b, body);
    const call = body.findIndex(isCall);
    const place = call < 0 ? body.length : call;
    return withBody(b, [...body.slice(0, place), late.field, ...body.slice(place)]);
  });
  return withBlocks(f, blocks);
}

/** Blocks at whose start a call may have happened: 1. */
function afterCalls(f: Func): Uint8Array {
  const after = new Uint8Array(f.blocks.length);
  const { successors } = cfgOf(f);
  const work = f.blocks.flatMap((b, at) => (b.body.some(isCall) ? [at] : []));
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    for (const next of successors[at]!) {
      if (after[next] === 1) continue;
      after[next] = 1;
      work.push(next);
    }
  }
  return after;
}

interface Late {
  readonly field: Instr;
  readonly block: number;
}

/** The one use of the context that may come after a call, where it is a field's; null: none, or another. */
function lateField(f: Func, context: ValueId, after: Uint8Array): Late | null {
  let found: Late | null = null;
  for (const [at, b] of f.blocks.entries()) {
    let behind = after[at] === 1;
    for (const i of b.body) {
      if (behind && i.args.includes(context)) {
        if (found !== null || !isField(i, context)) return null;
        found = { field: i, block: at };
      }
      behind ||= isCall(i);
    }
    if (behind && terminatorUses(b.end).includes(context)) return null;
  }
  return found;
}

/** Can nothing in the function change the context? */
function keepsContext(f: Func): boolean {
  const regions = regionsOf(f);
  return f.blocks.every((b) =>
    b.body.every((i) => {
      const change = regions.changeOf(i);
      if (change.kind === 'all') return change.except('context');
      return change.kind === 'none' || change.access.region !== 'context';
    }),
  );
}
