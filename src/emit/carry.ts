/**
 * What a form of output can carry. Bytecode, hexadecimal, listings and Go programs of `asm.Instructions` have neither
 * data sections nor function information, so they refuse what needs these, at its Go line.
 */

import type { Machine } from '../../passes/pass.ts';
import type { TProgram } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import type { Pos, SourceFile, Span } from '../base/source.ts';
import type { MFunc, MInst, PReg, SymRef } from '../bpf/minst.ts';
import type { MapDecl } from '../ir/ir.ts';
import { kernelStruct } from './go-btf.ts';
import { mapTypeOf, mapTypeRow, typedMaps } from './object-maps.ts';

/** The line of a position, as a span to show. */
function spanOf(pos: Pos, files: readonly SourceFile[]): Span | null {
  const file = files[pos.file];
  const start = file?.lineStarts[pos.line - 1];
  if (file === undefined || start === undefined) return null;
  const end = file.text.indexOf('\n', start);
  return { file: file.id, start: start + Math.max(0, pos.col - 1), end: end < 0 ? file.text.length : end };
}

const needs: Readonly<Record<SymRef['kind'], ((name: string) => string) | null>> = {
  map: null,
  mapvalue: null,
  global: (name) => `the package variable ${name}`,
  string: () => 'a string in .rodata',
  func: (name) => `the callback ${name}`,
  kfunc: (name) => `the kernel function ${name}`,
  core: () => 'relocations of kernel types',
};

function objection(inst: MInst<PReg>): string | null {
  if (inst.sym === null || inst.op === 'call_func') return null;
  return needs[inst.sym.kind]?.(inst.sym.name) ?? null;
}

/** Reports what `funcs` need and these forms lack; true when nothing. */
export function carriesAll(
  funcs: readonly MFunc<PReg>[],
  files: readonly SourceFile[],
  diagnostics: Diagnostics,
): boolean {
  const said = new Set<string>();
  for (const func of funcs)
    for (const block of func.blocks)
      for (const inst of block.body) {
        const what = objection(inst);
        if (what === null || said.has(what)) continue;
        said.add(what);
        diagnostics.report('needs-object', spanOf(inst.pos, files), { what });
      }
  return said.size === 0;
}

/** Does a value hold a lock, a timer or the like, which the kernel finds by BTF? */
function holdsKernelObject(type: Type): boolean {
  switch (type.kind) {
    case 'named':
      return kernelStruct(type) !== null || holdsKernelObject(type.underlying);
    case 'struct':
      return type.fields.some((f) => holdsKernelObject(f.type));
    case 'array':
      return holdsKernelObject(type.elem);
    default:
      return false;
  }
}

/** Reports maps whose values the kernel must know the types of; true when there are none. */
export function carriesMaps(
  maps: readonly MapDecl[],
  program: TProgram | null,
  diagnostics: Diagnostics,
): boolean {
  const typed = typedMaps(maps, program);
  const refused = maps.filter((map) => {
    const value = mapTypeOf(map, typed.get(map.name), 'value');
    return mapTypeRow(map).btf === 'required' || (value !== null && holdsKernelObject(value));
  });
  for (const { name } of refused)
    diagnostics.report('needs-object', typed.get(name)?.span ?? null, {
      what: `the type of ${name}'s values`,
    });
  return refused.length === 0;
}

/** The module's one program, for forms that hold one; null after a report. */
export function onlyProgram(machine: Machine<PReg>, diagnostics: Diagnostics): string | null {
  const [first, second] = machine.module.programs;
  if (first !== undefined && second === undefined) return first.name;
  const count = machine.module.programs.length;
  if (count === 0) {
    diagnostics.report('no-program', null, {});
    return null;
  }
  diagnostics.report('needs-object', null, { what: `${count} programs: it holds exactly one` });
  return null;
}
