/**
 * The oldest kernel that a program can be compiled for, and what asks for it.
 *
 *     minimumKernel({ files }, options)   → { since: '5.8', because: [{ what: 'bpf.RingbufReserve', … }], … }
 *
 * Which helpers and instructions are used depends on the target, so the target is searched: the first of the tables'
 * versions for which the program compiles. Below the oldest target of the compiler only the tables are asked.
 */

import { must } from '../base/assert.ts';
import { positionAt } from '../base/source.ts';
import { contexts, type ContextRow } from '../bpf/contexts.ts';
import { reachableFuncs } from '../bpf/encode.ts';
import { helperLater } from '../bpf/helper-matrix.ts';
import { helpers } from '../bpf/helpers.ts';
import { isa, type IsaRow } from '../bpf/isa.ts';
import { compareKernels, features, newestKernel } from '../bpf/kernels.ts';
import { maps } from '../bpf/maps.ts';
import { programs } from '../bpf/programs.ts';
import { type CompileInput, type CompileOptions, type CompileResult, compile } from '../compile.ts';
import { kernelReasons, type Reason } from './needs.ts';

/** Before it there are no calls between functions and no BTF. */
const oldestTarget = '4.18';

export interface Minimum {
  readonly since: string;
  /** What asks for it, each once a place; empty where older targets are refused for another reason. */
  readonly because: readonly Reason[];
  /** Compiled for that kernel. */
  readonly result: CompileResult;
}

/** Every version that a row of a table names, the oldest target and newer ones, in order. */
function tableVersions(): readonly string[] {
  const rows: readonly { readonly since?: string | null }[] = [
    ...Object.values(helpers),
    ...Object.values(maps),
    ...Object.values(programs),
    ...Object.values(features),
    ...Object.values<IsaRow>(isa),
    ...Object.values<ContextRow>(contexts).flatMap((context) => Object.values(context.fields)),
  ];
  const later = Object.values(helperLater).flatMap((row) => Object.values(row));
  const all = new Set([oldestTarget, ...rows.flatMap(({ since }) => since ?? []), ...later]);
  return [...all].filter((v) => compareKernels(v, oldestTarget) >= 0).sort(compareKernels);
}

const succeeded = (result: CompileResult): boolean => result.machine !== null && result.artifact !== null;

/** What asks for the newest kernel, each once a place. */
function newest(reasons: readonly Reason[], since: string): readonly Reason[] {
  const seen = new Set<string>();
  return reasons.filter((r) => {
    const key = `${r.what} ${r.pos?.file} ${r.pos?.line}`;
    if (compareKernels(r.since, since) !== 0 || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What the compiler itself said of a target that is too old. */
function refusals(result: CompileResult): readonly Reason[] {
  return result.diagnostics.flatMap(({ code, span, message }): readonly Reason[] => {
    const [, what, since] = /^(.*) needs Linux ([\d.]+)/.exec(message) ?? [];
    const file = span === null ? undefined : result.files[span.file];
    if (code !== 'needs-kernel' || what === undefined || since === undefined) return [];
    const at = span === null || file === undefined ? null : positionAt(file, span.start);
    return [{ since, what, pos: at }];
  });
}

/** Kernels gain features and lose none, so halving the list finds the first that will do; null when none does. */
function oldestThatCompiles(
  versions: readonly string[],
  compileFor: (version: string) => CompileResult,
): { readonly version: string; readonly result: CompileResult } | null {
  let [low, high] = [0, versions.length];
  let found: { readonly version: string; readonly result: CompileResult } | null = null;
  while (low < high) {
    const middle = (low + high) >> 1;
    const version = must(versions[middle], 'a version');
    const result = compileFor(version);
    if (succeeded(result)) {
      found = { version, result };
      high = middle;
    } else low = middle + 1;
  }
  return found;
}

/** The minimum, or the result of a compilation that has errors for every kernel. A target that is given is not searched. */
export function minimumKernel(
  input: CompileInput,
  options: Partial<CompileOptions>,
): Minimum | CompileResult {
  const compileFor = (targetKernel: string): CompileResult =>
    compile({ ...input, options: { ...options, targetKernel } });
  const versions = tableVersions();
  const given = options.targetKernel ?? null;
  const found = oldestThatCompiles(given === null ? versions : [given], compileFor);
  if (found === null) return compile({ ...input, options });
  const { version, result } = found;
  const machine = must(result.machine, 'machine code');
  const reasons = machine.module.programs.flatMap((program) =>
    kernelReasons(machine.module, program, reachableFuncs(machine, program.name)),
  );
  const asked = newestKernel(reasons.map((r) => r.since));
  const since = given !== null || version === oldestTarget ? asked : newestKernel([asked, version]);
  const because = newest(reasons, since);
  const before = versions[versions.indexOf(version) - 1];
  if (because.length > 0 || given !== null || before === undefined) return { since, because, result };
  return { since, because: newest(refusals(compileFor(before)), since), result };
}
