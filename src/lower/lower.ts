/**
 * Lowering: the typed program to the SSA form.
 *
 *     func Count(ctx *bpf.XDP) bpf.XDPAction { … }   →   program Count, func @Count(v0: ptr) -> i32 { … }
 *
 * Where Go and eBPF differ (division by zero, long shifts, nil, indexes), the code that makes it Go's is emitted
 * here; later passes take away what they can prove. Gives null after an error.
 */

import type { TEntry, TProgram, TStmt } from '../ast/typed.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import type { SourceFile } from '../base/source.ts';
import type { Module } from '../ir/ir.ts';
import { bodyFacts } from './analysis.ts';
import { checkContextUses } from './context-uses.ts';
import type { LowerChoices, LowerTarget, ModuleContext } from './context.ts';
import { lowerEntry } from './entries.ts';
import { escapes } from './escape.ts';
import { globalPlacement } from './globals.ts';
import { mapDecl } from './maps.ts';
import { usdtMapDecls, usesUsdt } from './usdt.ts';

export function lower(
  program: TProgram,
  target: LowerTarget,
  sources: readonly SourceFile[],
  diagnostics: Diagnostics,
  choices: LowerChoices = { loopsAbort: false, allChecks: false },
): Module | null {
  const module: ModuleContext = {
    program,
    target,
    sources,
    diagnostics,
    funcs: [],
    instances: new Map(),
    active: [],
    symbols: new Set(program.entries.map((entry) => entry.name)),
    strings: new Map(),
    globals: new Map(),
    coreTypes: new Map(),
    mutableGlobals: mutableGlobals(program),
    choices,
    contextUses: new Map(),
  };
  const maps = program.maps.map((map) => mapDecl(module, map)).filter((decl) => decl !== null);
  const programs = program.entries
    .map((entry: TEntry) => lowerEntry(module, entry))
    .filter((p) => p !== null);
  checkContextUses(module, programs);
  globalPlacement(module);
  for (const func of program.funcs)
    for (const { span, name } of escapes(func).outliving)
      diagnostics.report('outlives-round', span, { name });
  if (diagnostics.failed) return null;
  return {
    funcs: module.funcs,
    programs,
    maps: usesUsdt(module) ? [...maps, ...usdtMapDecls] : maps,
    globals: [...module.globals.values()],
    strings: new Map([...module.strings].map(([text, symbol]) => [symbol, text])),
    license: program.license,
    ...(module.coreTypes.size === 0 ? {} : { coreTypes: module.coreTypes }),
  };
}

/** Package variables that a function writes or takes the address of. */
function mutableGlobals(program: TProgram): ReadonlySet<string> {
  const bodies: readonly TStmt[] = program.funcs.map((func) => func.body);
  return new Set(bodies.flatMap((body) => [...bodyFacts(body).globalsWritten]));
}
