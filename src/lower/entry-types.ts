/**
 * What a program's directive and signature have to be for its kind.
 *
 *     //bpf:attach xdp
 *     func Drop(ctx *bpf.SKB) bpf.XDPAction      error: xdp programs get a *bpf.XDP, not a *bpf.SKB
 *     //bpf:attach tracepoint/sys_enter_openat   error: tracepoint wants a target: //bpf:attach tracepoint/CATEGORY/NAME
 *
 * A kind without a context type of the SDK takes a pointer to any struct that describes the bytes. Results may be
 * integers of any type but another kind's verdicts.
 */

import type { TEntry } from '../ast/typed.ts';
import type { NamedType, Type } from '../ast/types.ts';
import { suggest } from '../base/suggest.ts';
import { type AttachPoint, programs } from '../bpf/programs.ts';
import { typeString, under } from '../check/types.ts';
import type { ModuleContext } from './context.ts';
import { elemOf, shapeOf } from './shapes.ts';

const rows = Object.values(programs);
const contextNames = new Set(rows.flatMap((row) => row.context ?? []));
const resultNames = new Set(rows.flatMap((row) => row.resultType ?? []));

const sdkName = (type: Type): NamedType | null => (type.kind === 'named' && type.pkg === 'bpf' ? type : null);

/** The error for a directive that names no kind, with the nearest that there is. */
export function reportUnknownKind(module: ModuleContext, { attach, attachSpan }: TEntry): void {
  const [word = ''] = attach.split('/');
  const near = suggest(word, Object.keys(programs));
  if (near === null) module.diagnostics.report('unknown-attach', attachSpan, { attach });
  else
    module.diagnostics.report('unknown-attach-near', attachSpan, {
      attach,
      near: attach.replace(word, near),
    });
}

/** How targets are written, where it is not one word. */
const targetForms: Readonly<Record<string, string>> = {
  tracepoint: 'CATEGORY/NAME',
  tp: 'CATEGORY/NAME',
  ksyscall: 'SYSCALL',
  kretsyscall: 'SYSCALL',
  iter: 'TARGET',
  'iter.s': 'TARGET',
  lsm: 'HOOK',
  'lsm.s': 'HOOK',
  lsm_cgroup: 'HOOK',
  tp_btf: 'NAME',
  raw_tp: 'NAME',
  raw_tracepoint: 'NAME',
};

function checkTarget(module: ModuleContext, entry: TEntry, { kind, target, row }: AttachPoint): void {
  const form = targetForms[kind] ?? 'FUNCTION';
  const incomplete = form.includes('/') && !/^[^/]+\/[^/]+$/.test(target);
  if (row.target === 'required' && (target === '' || incomplete))
    module.diagnostics.report('attach-target', entry.attachSpan, { kind, form });
  else if (row.target === 'none' && target !== '')
    module.diagnostics.report('attach-no-target', entry.attachSpan, { kind, target });
}

function checkContext(module: ModuleContext, entry: TEntry, { kind, row }: AttachPoint): void {
  const [context] = entry.func.params;
  if (context === undefined) return;
  const { type, span } = context;
  const isPointer = under(type).kind === 'pointer';
  const name = isPointer ? (sdkName(elemOf(type))?.name ?? null) : null;
  const wanted = row.context;
  const isRight =
    wanted === null ? isPointer && (name === null || !contextNames.has(name)) : isPointer && name === wanted;
  if (isRight) return;
  const shown = wanted === null ? 'pointer to a struct of its fields' : `*bpf.${wanted}`;
  module.diagnostics.report('context-type', span, { kind, wanted: shown, type: typeString(type) });
}

function checkResult(module: ModuleContext, entry: TEntry, { kind, row }: AttachPoint): void {
  const [result] = entry.func.results;
  if (result === undefined) return;
  const name = sdkName(result.type)?.name ?? null;
  const u = under(result.type);
  const isInteger = shapeOf(result.type) === 'scalar' && u.kind === 'basic';
  const allows = name === 'Verdict' && row.resultType === null && row.results !== null;
  const isOthers = name !== null && resultNames.has(name) && name !== row.resultType && !allows;
  if (isInteger && !isOthers) return;
  const wanted = row.resultType === null ? 'int32' : `bpf.${row.resultType}`;
  module.diagnostics.report('result-type', result.span, { kind, wanted, type: typeString(result.type) });
}

export function checkEntryTypes(module: ModuleContext, entry: TEntry, point: AttachPoint): void {
  checkTarget(module, entry, point);
  checkContext(module, entry, point);
  checkResult(module, entry, point);
}
