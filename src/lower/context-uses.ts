/**
 * Which fields of contexts the functions read and write, checked against the types of program that call them.
 *
 *     func class(ctx *bpf.SKB) uint32 { return ctx.TCClassid }     an error where a socket filter calls it
 *
 * A context is what the program's type has as its context; any other pointer to such a struct is a socket or the like,
 * which programs only read, and of a socket that may be a request or time-wait one not everything.
 */

import type { Span } from '../base/source.ts';
import { type ContextField, hasDirectPacket, mayRead, mayReadThrough, mayWrite } from '../bpf/contexts.ts';
import { type ProgramRow, programRow } from '../bpf/programs.ts';
import type { Func, Instr, Program, ValueId } from '../ir/ir.ts';
import type { Context, ModuleContext } from './context.ts';
import { symbolOf } from '../ir/walk.ts';

export type ContextUse = { readonly span: Span } & (
  | {
      readonly access: 'read' | 'write';
      /** Name of the SDK's struct. */
      readonly context: string;
      readonly path: string;
      readonly field: ContextField;
      /** Is the pointer known as one to a socket that may not be a full one? */
      readonly common: boolean;
    }
  /** Pointers into the packet. */
  | { readonly access: 'packet' }
);

type FieldUse = Extract<ContextUse, { readonly field: ContextField }>;

/** Notes a use in the function under construction. */
export function noteUse(cx: Context, use: ContextUse): void {
  const { contextUses } = cx.module;
  const uses = contextUses.get(cx.b.name);
  if (uses === undefined) contextUses.set(cx.b.name, [use]);
  else uses.push(use);
}

export function noteField(cx: Context, base: ValueId, use: Omit<FieldUse, 'common'>): void {
  noteUse(cx, { ...use, common: cx.commonSocks.has(base) });
}

const calleeOf = (i: Instr): string | null => (i.op === 'call' || i.op === 'funcaddr' ? symbolOf(i) : null);

/** A program's function and all that it calls, callbacks included, in the order in which they are found. */
function reached(funcs: ReadonlyMap<string, Func>, entry: string): ReadonlySet<string> {
  const found = new Set<string>([entry]);
  for (const name of found)
    for (const block of funcs.get(name)?.blocks ?? [])
      for (const i of block.body) {
        const callee = calleeOf(i);
        if (callee !== null) found.add(callee);
      }
  return found;
}

function isAllowed(use: FieldUse, row: ProgramRow): boolean {
  const { field, access, path, context, common } = use;
  if (context === row.context) return access === 'read' ? mayRead(field, row) : mayWrite(field, row);
  if (access === 'write') return field.write === 'all';
  return !common || mayReadThrough(path, 'sock-common-or-null');
}

/** Reports what the programs may not do, once for each type of program and place. */
export function checkContextUses(module: ModuleContext, programs: readonly Program[]): void {
  const funcs = new Map(module.funcs.map((func) => [func.name, func]));
  const reported = new Set<string>();
  const once = (use: ContextUse, row: ProgramRow): boolean => {
    const key = `${use.access} ${use.span.file} ${use.span.start} ${row.type}`;
    return !reported.has(key) && reported.add(key).has(key);
  };
  for (const program of programs) {
    const row = programRow(program.section)?.row;
    if (row === undefined) continue;
    for (const name of reached(funcs, program.name))
      for (const use of module.contextUses.get(name) ?? [])
        if (!(use.access === 'packet' ? hasDirectPacket(row) : isAllowed(use, row)) && once(use, row))
          reportUse(module, use, row);
  }
}

function reportUse({ diagnostics }: ModuleContext, use: ContextUse, { type, context }: ProgramRow): void {
  if (use.access === 'packet') diagnostics.report('no-direct-packet', use.span, { type });
  else if (use.access === 'write') diagnostics.report('context-write', use.span, { type });
  else if (use.context === context) diagnostics.report('context-read', use.span, { field: use.path, type });
  else diagnostics.report('socket-not-full', use.span, { field: use.path });
}
