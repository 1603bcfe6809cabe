/**
 * Checks every call of a helper against the tables: may this type of program make it, under this
 * licence, on the target kernel, with this map?
 *
 *     //bpf:attach tracepoint/…  →  bpf.XdpAdjustHead(ctx, 4)     error: tracepoint programs may not call bpf.XdpAdjustHead
 *
 * It changes nothing. It runs before anything is optimised away, so that acceptance does not depend on `-O`; calls in
 * blocks that nothing reaches are not looked at. A function is checked for every type of program that calls it.
 */

import { spanAt } from '../src/base/source.ts';
import {
  type HelperName,
  helperGoName,
  helperPrograms,
  helpers,
  helperVerdict,
  isHelperName,
} from '../src/bpf/helpers.ts';
import { features, isGpl } from '../src/bpf/kernels.ts';
import { isMapType, maps, mapTakesHelper } from '../src/bpf/maps.ts';
import { mayLock, mayTime, type ProgramRow, programRow } from '../src/bpf/programs.ts';
import type { Func, Instr, Module } from '../src/ir/ir.ts';
import { pointersOf } from '../src/ir/pointers.ts';
import { reachedFrom, reachedInstructions } from '../src/ir/reach.ts';
import { definitionsOf, symbolOf } from '../src/ir/walk.ts';
import type { Pass, PassContext } from './pass.ts';

export const checkHelpers: Pass<'ssa', 'ssa'> = {
  name: 'check-helpers',
  doc: 'check calls of helpers against program types, licence, target kernel and map types',
  from: 'ssa',
  to: 'ssa',
  run: (module, context) => {
    const checked = new Set<string>();
    for (const program of module.programs) {
      const found = programRow(program.section);
      if (found === null) continue;
      const reached = reachedFrom(module, program.name);
      for (const func of reached) {
        // The verdicts differ by type of program and by whether it may sleep, not by program.
        const key = `${func.name} ${found.row.helpers} ${found.row.sleepable}`;
        if (checked.has(key)) continue;
        checked.add(key);
        checkFunc({ module, context, row: found.row, func });
      }
      checkHeld(module, context, found.row, reached);
    }
    return module;
  },
};

interface Scope {
  readonly module: Module;
  readonly context: PassContext;
  readonly row: ProgramRow;
  readonly func: Func;
}

function checkFunc(scope: Scope): void {
  const definitions = definitionsOf(scope.func);
  for (const i of reachedInstructions(scope.func)) {
    const name = symbolOf(i);
    if (name === null) continue;
    if (i.op !== 'helper' || !isHelperName(name)) continue;
    if (!checkProgram(scope, i, name)) continue;
    checkLicence(scope, i, name);
    checkKernel(scope, i, name);
    checkMap(scope, i, name, definitions);
    if (name === 'spin_lock') checkCallbackLock(scope, i);
  }
}

const spanOf = ({ context }: Scope, i: Instr) => spanAt(context.files, i.pos);

/** `bpf.XdpAdjustHead`. */
const shown = (name: HelperName): string => `bpf.${helperGoName(name)}`;

/** What the kernel names a program of the row's kind. */
const kindOf = (row: ProgramRow): string => row.helpers.replaceAll('_', ' ');

/** Types named in a message, at most. */
const listed = 6;

function checkProgram(scope: Scope, i: Instr, name: HelperName): boolean {
  const { context, row } = scope;
  const verdict = helperVerdict(name, row.helpers);
  const args = { helper: shown(name), kind: kindOf(row) };
  if (!verdict.allowed) {
    const programs = helperPrograms(name);
    const allowed =
      programs.length > listed
        ? `${programs.slice(0, listed).join(', ')} and ${programs.length - listed} more`
        : programs.join(', ') || 'none';
    // What was only read in the kernel's source is not certain enough to refuse a program.
    context.diagnostics.report(
      verdict.measured ? 'helper-not-allowed' : 'helper-perhaps-not-allowed',
      spanOf(scope, i),
      { ...args, allowed },
    );
    return !verdict.measured;
  }
  if ((verdict.sleepable || helpers[name].sleeps === true) && !row.sleepable) {
    context.diagnostics.report('helper-sleeps', spanOf(scope, i), args);
    return false;
  }
  if ((name !== 'spin_lock' && name !== 'spin_unlock') || mayLock(row)) return true;
  if (name === 'spin_lock') context.diagnostics.report('no-locks', spanOf(scope, i), { kind: kindOf(row) });
  return false;
}

function checkLicence(scope: Scope, i: Instr, name: HelperName): void {
  const { module, context } = scope;
  if (!helpers[name].gpl || isGpl(module.license)) return;
  context.diagnostics.report('needs-gpl', spanOf(scope, i), { what: shown(name), license: module.license });
}

/** What to write on a kernel that lacks the helper. */
const alternatives: Readonly<Partial<Record<HelperName, string>>> = {
  ringbuf_reserve: 'bpf.PerfEventArray',
  ringbuf_output: 'bpf.PerfEventArray',
  xdp_load_bytes: 'bpf.At',
  xdp_store_bytes: 'bpf.At',
  trace_vprintk: 'up to three values for each Printk',
  probe_read_kernel: 'bpf.ProbeRead',
  probe_read_user: 'bpf.ProbeRead',
  probe_read_kernel_str: 'bpf.ProbeReadStr',
  probe_read_user_str: 'bpf.ProbeReadStr',
  ktime_get_boot_ns: 'bpf.KtimeGetNs',
  ktime_get_coarse_ns: 'bpf.KtimeGetNs',
  ktime_get_tai_ns: 'bpf.KtimeGetNs',
  get_current_task_btf: 'bpf.GetCurrentTask',
  redirect_peer: 'bpf.Redirect',
  redirect_neigh: 'bpf.Redirect and the addresses written by hand',
  map_lookup_percpu_elem: 'Lookup, which gives this processor’s value',
  loop: features.bpf_loop.instead,
  for_each_map_elem: 'a loop over known keys',
};

const versionText = ([major, minor]: PassContext['target']['kernel']): string => `${major}.${minor}`;

export function isNewer(since: string, [major, minor]: PassContext['target']['kernel']): boolean {
  const [a = 0, b = 0] = since.split('.').map(Number);
  return a > major || (a === major && b > minor);
}

function checkKernel(scope: Scope, i: Instr, name: HelperName): void {
  const { context, row } = scope;
  const { since } = helperVerdict(name, row.helpers);
  if (!isNewer(since, context.target.kernel)) return;
  context.diagnostics.report('needs-kernel', spanOf(scope, i), {
    what: `${shown(name)} in ${kindOf(row)} programs`,
    since,
    target: versionText(context.target.kernel),
    instead: alternatives[name] === undefined ? '' : ` or use ${alternatives[name]}`,
  });
}

function checkMap(
  scope: Scope,
  i: Instr,
  name: HelperName,
  definitions: readonly (Instr | undefined)[],
): void {
  const at = helpers[name].args.findIndex((arg) => arg.kind === 'map');
  const pointer = at < 0 ? undefined : i.args[at];
  const definition = pointer === undefined ? undefined : definitions[pointer];
  const symbol = definition?.op === 'mapaddr' ? symbolOf(definition) : null;
  const map = scope.module.maps.find((m) => m.name === symbol);
  if (map === undefined || !isMapType(map.type)) return;
  if (!mapTakesHelper(maps[map.type], name))
    scope.context.diagnostics.report('map-takes-no-helper', spanOf(scope, i), {
      helper: shown(name),
      map: map.name,
      type: maps[map.type].sdk,
    });
  else if (scope.row.sleepable && !maps[map.type].sleepable)
    scope.context.diagnostics.report('map-in-sleepable', spanOf(scope, i), { type: maps[map.type].sdk });
}

const heldShown = { 'spin-lock': 'bpf.SpinLock', timer: 'bpf.Timer', kptr: 'bpf.Kptr' } as const;

/** The kernel refuses the map even where the program leaves its locks and timers alone. */
function checkHeld(module: Module, context: PassContext, row: ProgramRow, funcs: readonly Func[]): void {
  const body = funcs.flatMap((func) => reachedInstructions(func).map((i) => ({ i, func })));
  const locks = body.some(({ i }) => i.op === 'helper' && symbolOf(i) === 'spin_lock');
  const reported = new Set<string>();
  for (const { i, func } of body) {
    const map = i.op === 'mapaddr' ? module.maps.find((m) => m.name === symbolOf(i)) : undefined;
    // A lock that is taken is an error at the call.
    const held = map?.holds?.find((h) =>
      h === 'timer' ? !mayTime(row) : h === 'spin-lock' && !mayLock(row),
    );
    if (map === undefined || held === undefined || (held === 'spin-lock' && locks)) continue;
    if (reported.has(map.name)) continue;
    reported.add(map.name);
    context.diagnostics.report('map-in-tracing', spanOf({ module, context, row, func }, i), {
      kind: kindOf(row),
      map: map.name,
      what: heldShown[held],
    });
  }
}

/** First kernel that tells the values apart with which it calls functions back (refused on 6.1, accepted on 6.12). */
const lockInCallbackSince = '6.12';

/** A lock in a value that the kernel passes to the function. */
function checkCallbackLock(scope: Scope, i: Instr): void {
  const { module, context, func } = scope;
  if (!isNewer(lockInCallbackSince, context.target.kernel)) return;
  const { root } = pointersOf(func).place(i.args[0]!);
  if (!(func.blocks[0]?.params.some((p) => p.id === root) ?? false)) return;
  const calledBack = module.funcs.some((f) =>
    f.blocks.some((b) => b.body.some((at) => at.op === 'funcaddr' && symbolOf(at) === func.name)),
  );
  if (!calledBack) return;
  context.diagnostics.report('needs-kernel', spanOf(scope, i), {
    what: 'a lock in a value that the kernel passes to a function',
    since: lockInCallbackSince,
    target: versionText(context.target.kernel),
    instead: ' or use sync/atomic',
  });
}
