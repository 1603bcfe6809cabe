/**
 * Which values point into the packet.
 *
 *     v1: ptr = load.u32 v0 + 0         yes: a field of the context
 *     v2: ptr = ptroff v1 + 14          yes
 *     b3(v3: ptr)                       if every path passes such a pointer
 */

import type { Func, ValueId } from './ir.ts';
import { definitionsOf, incomingValues } from './walk.ts';

/** The question, for one function. Invariant: a value that is not certain to be one is none. */
export function packetPointers(f: Func): (v: ValueId) => boolean {
  const definitions = definitionsOf(f);
  const incoming = incomingValues(f);
  const context = f.program === null ? undefined : f.blocks[0]?.params[0]?.id;
  const known = new Map<ValueId, boolean>();
  const ask = (v: ValueId): boolean => {
    const old = known.get(v);
    if (old !== undefined) return old;
    known.set(v, false);
    const d = definitions[v];
    let result = false;
    if (d?.op === 'load.u32') result = d.type === 'ptr' && d.args[0] === context;
    else if (d?.op === 'ptroff' || d?.op === 'ptradd') result = ask(d.args[0]!);
    else if (d === undefined) {
      const values = incoming.get(v) ?? [];
      result = values.length > 0 && values.every(ask);
    }
    known.set(v, result);
    return result;
  };
  return ask;
}
