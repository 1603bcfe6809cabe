/**
 * The forms of a program as text and back. SSA is a module's text; machine code is the module's head (licence, maps,
 * globals, strings, programs) followed by its functions in assembly notation. `parseForm` inverts `printForm`.
 */

import type { Diagnostics } from '../src/base/diagnostic.ts';
import type { SourceFile } from '../src/base/source.ts';
import { firstVirtual, type MCode, type PReg, type VReg } from '../src/bpf/minst.ts';
import { defsOf, usesOf } from '../src/bpf/operands.ts';
import { parseMCode } from '../src/bpf/parse.ts';
import { printMCode } from '../src/bpf/text.ts';
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

/** The file with everything from an offset on blanked, so that spans stay true. */
function head(file: SourceFile, end: number): SourceFile {
  return { ...file, text: file.text.slice(0, end) + file.text.slice(end).replace(/[^\n]/g, ' ') };
}

/** Has every instruction physical registers only? A parallel copy is of the form before allocation. */
function isAllocated(code: MCode<VReg>): code is MCode<PReg> {
  return code.funcs.every((f) =>
    f.blocks.every((b) =>
      b.body.every((i) => i.op !== 'parcopy' && [...usesOf(i), ...defsOf(i)].every((r) => r < firstVirtual)),
    ),
  );
}

/** Reads `.ir` or `.mir` text; null after errors. Machine code with virtual registers is `mir`, without it is `code`. */
export function parseForm(file: SourceFile, kind: 'ir' | 'mir', diagnostics: Diagnostics): Formed | null {
  if (kind === 'ir') {
    const module = parseModule(file, diagnostics);
    return module === null ? null : { form: 'ssa', value: module };
  }
  const start = file.text.search(/^func\b/m);
  const module = parseModule(head(file, start < 0 ? file.text.length : start), diagnostics);
  const code = parseMCode(file, diagnostics);
  if (module === null || code === null) return null;
  return isAllocated(code)
    ? { form: 'code', value: { funcs: code.funcs, module } }
    : { form: 'mir', value: { funcs: code.funcs, module } };
}
