/**
 * Tables of functions for the kernel: what their fields may hold.
 *
 *     var Reno = bpf.StructOpsMap[Ops]{Ops: Ops{Ssthresh: Ssthresh, Name: [16]byte{'r'}}}
 *
 * A function field names a struct_ops program of the package, any other field is a constant; the struct has the
 * kernel's name (`//bpf:core`), by which the loader finds its own.
 */

import type { TExpr, TMap } from '../ast/typed.ts';
import { directivesNamed } from './directives.ts';
import { foldInitialiser } from './fold.ts';
import { forgottenPart } from './forget.ts';
import { report, show } from './operand.ts';
import type { Env, GlobalEntity } from './scope.ts';
import { under } from './types.ts';

const isProgram = /^struct_ops(\.s)?(\/|$)/;

export function checkStructOps(env: Env, entity: GlobalEntity, map: TMap): void {
  const [type] = map.typeArgs;
  const struct = type === undefined ? null : under(type);
  if (type === undefined || struct?.kind !== 'struct') return;
  if (type.kind !== 'named' || type.origin?.kind !== 'core') {
    report(env, 'struct-ops-type', entity.span, { type: show(env, type) });
    return;
  }
  for (const field of struct.fields) {
    const part = under(field.type).kind === 'func' ? null : forgottenPart(field.type);
    if (part !== null)
      report(env, 'pointer-in-map', entity.span, {
        name: map.name,
        part: part.what,
        type: show(env, type),
        instead: 'keep numbers and arrays in it',
      });
  }
  const ops = map.initial.get('Ops');
  if (ops === undefined) return;
  if (ops.kind !== 'composite') {
    report(env, 'map-initialiser', ops.span, { name: map.name });
    return;
  }
  for (const { index, value } of ops.elements)
    checkField(env, `${map.name}.${struct.fields[index]?.name ?? ''}`, value);
}

function checkField(env: Env, name: string, value: TExpr): void {
  if (value.kind === 'nil') return;
  if (value.kind !== 'funcref') {
    if (foldInitialiser(env, value).kind === 'refused') report(env, 'struct-ops-value', value.span, { name });
    return;
  }
  const entity = env.checker.funcs.find((f) => f.opaque?.func === value.func);
  const attached = entity === undefined ? [] : directivesNamed(entity.directives, 'attach');
  if (!attached.some(({ text }) => isProgram.test(text)))
    report(env, 'struct-ops-program', value.span, { name: value.func.name });
}
