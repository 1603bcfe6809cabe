/**
 * What a program's code is made of: the functions that it reaches, and their instructions.
 *
 *     for (const func of reachedFrom(module, 'main')) for (const i of reachedInstructions(func)) …
 *
 * Invariant: blocks that no path reaches do not count, nor do functions that only they call.
 */

import { postorder } from '../base/graph.ts';
import type { Func, Instr, Module } from './ir.ts';
import { cfgOf, symbolOf } from './walk.ts';

/** The instructions of the blocks that some path reaches. */
export const reachedInstructions = (func: Func): readonly Instr[] =>
  postorder(cfgOf(func))
    .reverse()
    .flatMap((at) => func.blocks[at]!.body);

/** The program's function and all that it calls, callbacks included. */
export function reachedFrom(module: Module, entry: string): readonly Func[] {
  const byName = new Map(module.funcs.map((f) => [f.name, f]));
  const found = new Set<Func>();
  const work = [entry];
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    const func = byName.get(name);
    if (func === undefined || found.has(func)) continue;
    found.add(func);
    for (const i of reachedInstructions(func)) {
      const callee = i.op === 'call' || i.op === 'funcaddr' ? symbolOf(i) : null;
      if (callee !== null) work.push(callee);
    }
  }
  return [...found];
}
