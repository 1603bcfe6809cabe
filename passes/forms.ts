/**
 * The forms of a program as text and back. SSA is a module's text; machine code is the module's head (licence, maps,
 * globals, strings, programs) followed by its functions in assembly notation. `parseForm` inverts `printForm`.
 */

import type { Diagnostics } from '../src/base/diagnostic.ts';
import type { SourceFile } from '../src/base/source.ts';
import type { PReg, VReg } from '../src/bpf/minst.ts';
import { parseMCode, printMCode } from '../src/bpf/text.ts';
import type { Module } from '../src/ir/ir.ts';
import { parseModule } from '../src/ir/parse.ts';
import { printModule } from '../src/ir/print.ts';
import type { Form, Forms, Machine } from './pass.ts';

/** A form with its value. */
export type Formed = { readonly [F in Form]: { readonly form: F; readonly value: Forms[F] } }[Form];

function printMachine(machine: Machine<VReg> | Machine<PReg>): string {
  return `${printModule({ ...machine.module, funcs: [] }).trimEnd()}\n\n${printMCode(machine)}`;
}

export function printForm(formed: Formed): string {
  return formed.form === 'ssa' ? printModule(formed.value) : printMachine(formed.value);
}

/** The file with everything outside of [from, to) blanked, so that spans stay true. */
function part(file: SourceFile, from: number, to: number): SourceFile {
  const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
  const { text } = file;
  return { ...file, text: blank(text.slice(0, from)) + text.slice(from, to) + blank(text.slice(to)) };
}

function parseMachine(
  file: SourceFile,
  diagnostics: Diagnostics,
): { code: ReturnType<typeof parseMCode>; module: Module | null } {
  const start = file.text.search(/^func\b/m);
  const split = start < 0 ? file.text.length : start;
  const module = parseModule(part(file, 0, split), diagnostics);
  const code = parseMCode(part(file, split, file.text.length), diagnostics);
  return { code, module };
}

/** Reads `.ir` or `.mir` text; null after errors. Machine code with virtual registers is `mir`, without it is `code`. */
export function parseForm(file: SourceFile, kind: 'ir' | 'mir', diagnostics: Diagnostics): Formed | null {
  if (kind === 'ir') {
    const module = parseModule(file, diagnostics);
    return module === null ? null : { form: 'ssa', value: module };
  }
  const { code, module } = parseMachine(file, diagnostics);
  if (module === null || code === null) return null;
  return code.phase === 'virtual'
    ? { form: 'mir', value: { funcs: code.funcs, module } }
    : { form: 'code', value: { funcs: code.funcs, module } };
}
