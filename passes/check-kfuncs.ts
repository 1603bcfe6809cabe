/**
 * Checks every call of a kernel function against their table: may this type of program make it, under this licence, on
 * the target kernel, does it sleep where it may not, and are the kernel's objects among its arguments trusted?
 *
 *     bpf_task_acquire(t.RealParent.RealParent)     error: the kernel does not trust this pointer as the task_struct …
 *
 * It changes nothing. It runs on values, before anything is optimised away. A pointer is trusted when a hook passes it,
 * a kernel function or helper gives it, or one of a few fields of such an object holds it; one that probe_read_kernel
 * has copied is a number to the verifier.
 */

import { spanAt } from '../src/base/source.ts';
import {
  isProgramMemory,
  isTrustedField,
  kfuncHas,
  kfuncPrograms,
  kfuncPrototype,
  kfuncRow,
  kfuncVerdict,
  pointedStruct,
} from '../src/bpf/kfuncs.ts';
import { features, isGpl, supports } from '../src/bpf/kernels.ts';
import { type ProgramRow, programRow } from '../src/bpf/programs.ts';
import type { StructField, Type } from '../src/ast/types.ts';
import type { Func, Instr, Module, ValueId } from '../src/ir/ir.ts';
import { pointersOf } from '../src/ir/pointers.ts';
import { reachedFrom, reachedInstructions } from '../src/ir/reach.ts';
import { definitionsOf, incomingValues, symbolOf } from '../src/ir/walk.ts';
import type { Pass, PassContext } from './pass.ts';

export const checkKfuncs: Pass<'ssa', 'ssa'> = {
  name: 'check-kfuncs',
  doc: 'check calls of kernel functions against program types, licence, target kernel and trust',
  from: 'ssa',
  to: 'ssa',
  run: (module, context) => {
    for (const program of module.programs) {
      const found = programRow(program.section);
      if (found === null) continue;
      for (const func of reachedFrom(module, program.name))
        for (const i of reachedInstructions(func)) {
          const name = i.op === 'kfunc' ? symbolOf(i) : null;
          if (name !== null) checkCall({ module, context, row: found.row, func }, i, name);
        }
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

function checkCall(scope: Scope, i: Instr, name: string): void {
  const { module, context, row } = scope;
  const span = spanAt(context.files, i.pos);
  const kind = row.type.replaceAll('_', ' ');
  const verdict = kfuncVerdict(name, row.type);
  if (!verdict.allowed) {
    const allowed = (kfuncPrograms(name) ?? []).join(', ').replaceAll('_', ' ');
    context.diagnostics.report('kfunc-wrong-program', span, { kind, name, allowed });
    return;
  }
  if (!isGpl(module.license))
    context.diagnostics.report('needs-gpl', span, {
      what: `the kernel function ${name}`,
      license: module.license,
    });
  const target = context.target.kernel.join('.');
  const since = kfuncRow(name) === null ? features.kfuncs.since : verdict.since;
  if (!supports(target, since))
    context.diagnostics.report('needs-kernel', span, {
      what: `the kernel function ${name}`,
      since,
      target,
      instead: ` or use ${features.kfuncs.instead}`,
    });
  if (kfuncHas(name, 'sleepable') && !row.sleepable)
    context.diagnostics.report('kfunc-sleeps', span, { name, kind });
  checkTrust(scope, i, name);
}

/** Objects of the kernel among the arguments. */
function checkTrust({ module, func, context }: Scope, i: Instr, name: string): void {
  if (!kfuncHas(name, 'trusted-args') && !kfuncHas(name, 'rcu') && !kfuncHas(name, 'release')) return;
  kfuncPrototype(name)?.params.forEach((param, n) => {
    const struct = pointedStruct(param.type);
    const argument = i.args[n];
    if (struct === null || argument === undefined || isProgramMemory(struct)) return;
    const why = distrust(module, func, argument, new Set());
    if (why !== null)
      context.diagnostics.report('kfunc-untrusted', spanAt(context.files, i.pos), { name, struct, why });
  });
}

/** Why the verifier does not trust a pointer to an object of the kernel; null when it does, or that is not known. */
function distrust(module: Module, func: Func, value: ValueId, seen: Set<ValueId>): string | null {
  if (seen.has(value)) return null;
  seen.add(value);
  const definition = definitionsOf(func)[value];
  if (definition === undefined) {
    const incoming = incomingValues(func).get(value) ?? [];
    for (const from of incoming) {
      const why = distrust(module, func, from, seen);
      if (why !== null) return why;
    }
    return null;
  }
  if (definition.op === 'helper' && symbolOf(definition) === 'get_current_task')
    return 'bpf.GetCurrentTask gives a number: use bpf.CurrentTask or bpf.GetCurrentTaskBtf';
  if (definition.op !== 'load.u64') return null;
  const base = definition.args[0];
  if (base === undefined) return null;
  if (pointersOf(func).place(base).slot !== null)
    return isProbed(func, definition)
      ? 'it was copied by bpf.ProbeReadKernel, which the kernel does not follow: take it from a hook’s argument'
      : null;
  return distrustField(module, func, base, seen);
}

/** Does a helper write the slot that the load reads? */
function isProbed(func: Func, load: Instr): boolean {
  const pointers = pointersOf(func);
  const { slot } = pointers.place(load.args[0] ?? -1);
  return reachedInstructions(func).some((i) => {
    const to = i.op === 'helper' && symbolOf(i)?.startsWith('probe_read') === true ? i.args[0] : undefined;
    return to !== undefined && pointers.place(to).slot === slot;
  });
}

/** A pointer that a field holds: `base` is the field's address. */
function distrustField(module: Module, func: Func, base: ValueId, seen: Set<ValueId>): string | null {
  const definitions = definitionsOf(func);
  const address = definitions[pointersOf(func).place(base).root];
  const relocation = address?.op === 'ptradd' ? definitions[address.args[1] ?? -1] : undefined;
  if (relocation?.op !== 'core') return null;
  const [holder] = address?.args ?? [];
  if (isTrustedField(fieldOf(module, relocation)))
    return holder === undefined ? null : distrust(module, func, holder, seen);
  return 'it was read from a field, and the kernel trusts few of these: acquire it, or take it from a hook’s argument';
}

/** The field that a relocation of `Task/0:1/field-offset` is about: `task_struct.real_parent`. */
function fieldOf(module: Module, relocation: Instr): string {
  const [, local = '', access = ''] = /^(.*)\/([^/]*)\/[^/]*$/.exec(symbolOf(relocation) ?? '') ?? [];
  const type = module.coreTypes?.get(local);
  let at: Type | undefined = type;
  let name = type?.origin?.name ?? '';
  for (const index of access.split(':').slice(1)) {
    const struct: Type | undefined = at?.kind === 'named' ? at.underlying : at;
    const field: StructField | undefined =
      struct?.kind === 'struct' ? struct.fields[Number(index)] : undefined;
    name += `.${/btf:"([^"]*)"/.exec(field?.tag ?? '')?.[1] ?? field?.name ?? ''}`;
    at = field?.type;
  }
  return name;
}
