/**
 * Compiles what the compiler refuses: named errors count as warnings, or the guards that Go's panics stand for are left
 * out, and the kernel gets to see the same mistake.
 *
 *     force(input, { tolerate: ['helper-not-allowed'], guards: true })    → an object with the call in it
 *     force(input, { tolerate: [], guards: false })                       → an object without any check that can abort
 *
 * The pieces are the compiler's own; it has no switch for this. At -O0, so that nothing makes up for the mistake.
 */

import { runPipeline } from '../../passes/run.ts';
import { type Code, type Diagnostic, Diagnostics } from '../../src/base/diagnostic.ts';
import type { SourceFile } from '../../src/base/source.ts';
import { type CompileInput, type CompileOptions, defaultOptions, frontEnd } from '../../src/compile.ts';
import { emit } from '../../src/emit/emit.ts';
import type { BlockId, Func, Module, Terminator } from '../../src/ir/ir.ts';
import { mapFuncs, targetsOf } from '../../src/ir/walk.ts';

export interface Force {
  /** Errors that count as warnings. */
  readonly tolerate: readonly Code[];
  /** false: every branch to a way that must abort goes the other way. */
  readonly guards: boolean;
}

export interface Forced {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: readonly SourceFile[];
  /** null: errors that were not tolerated are left. */
  readonly object: Uint8Array | null;
}

/** Blocks from which every way ends in an abort. */
function doomed(func: Func): ReadonlySet<BlockId> {
  const found = new Set<BlockId>();
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const { id, end } of func.blocks) {
      const targets = targetsOf(end);
      const ends = targets.length === 0 ? end.kind === 'abort' : targets.every((t) => found.has(t.block));
      if (ends) found.add(id);
    }
  }
  return found;
}

function unguardedFunc(func: Func): Func {
  const bad = doomed(func);
  const way = (end: Terminator): Terminator => {
    if (end.kind !== 'branch' || bad.has(end.then.block) === bad.has(end.else.block)) return end;
    return { kind: 'jump', target: bad.has(end.then.block) ? end.else : end.then, pos: end.pos };
  };
  return { ...func, blocks: func.blocks.map((block) => ({ ...block, end: way(block.end) })) };
}

const unguarded = (module: Module): Module => mapFuncs(module, unguardedFunc);

export function force(input: CompileInput, how: Force): Forced {
  const options: CompileOptions = { ...defaultOptions, emit: 'object', optimize: '0' };
  const diagnostics = new Diagnostics(how.tolerate);
  const { sources: files, program, module, target } = frontEnd(input, options, diagnostics);
  const failed: Forced = { diagnostics: diagnostics.list, files, object: null };
  if (module === null) return failed;
  const context = { target, diagnostics, files };
  // The budget is what the kernel is asked about.
  const withoutBudget = { ...options, stopAfter: 'layout' };
  const reached = runPipeline(how.guards ? module : unguarded(module), context, withoutBudget);
  if (diagnostics.failed || reached.form !== 'code') return failed;
  const object = emit('object', reached.value, { target, files, diagnostics, program, goPackage: null });
  return { ...failed, object: typeof object === 'string' ? null : object };
}
