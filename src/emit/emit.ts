/**
 * The forms of output, one row each.
 *
 *     emit('hex', machine, { target, files, diagnostics })   → '9500000000000000\n'
 *
 * Invariant: after an error in `diagnostics` the result is of no use; nothing else is.
 */

import type { Machine, Target } from '../../passes/pass.ts';
import type { TProgram } from '../ast/typed.ts';
import type { Diagnostics } from '../base/diagnostic.ts';
import type { SourceFile } from '../base/source.ts';
import type { PReg } from '../bpf/minst.ts';
import { emitAsm } from './asm.ts';
import { emitBytecode } from './bytecode.ts';
import { emitGoProgram } from './goprogram.ts';
import { toHex } from './hex.ts';
import { emitListing } from './listing.ts';
import { emitObject } from './object.ts';

export interface EmitContext {
  readonly target: Target;
  readonly files: readonly SourceFile[];
  readonly diagnostics: Diagnostics;
  /** The checked program: types of maps and variables; null for code that came from text. */
  readonly program: TProgram | null;
  /** Of the Go output: the library's name; null: a command. */
  readonly goPackage: string | null;
}

export interface EmitRow {
  /** One line for `--help`. */
  readonly doc: string;
  /**
   * Does it have data sections: strings may stay in .rodata, package variables are allowed? `embedded`: when it carries
   * an object, which `--embed` and a program that needs one ask for.
   */
  readonly sections: boolean | 'embedded';
  readonly emit: (machine: Machine<PReg>, context: EmitContext) => string | Uint8Array;
}

const bytecode: EmitRow['emit'] = (machine, { target, files, diagnostics }) =>
  emitBytecode(machine, target.endian, files, diagnostics);

export const emitForms = {
  go: {
    doc: 'a complete Go program that loads and attaches, with cilium/ebpf',
    sections: 'embedded',
    emit: (machine, { target, files, diagnostics, program, goPackage }) => {
      const object = target.sections ? emitObject({ machine, program, files, target }) : null;
      return emitGoProgram(machine, { files, diagnostics, program, goPackage, object });
    },
  },
  listing: {
    doc: 'asm.Instructions{…} for cilium/ebpf',
    sections: false,
    emit: (machine, { files, diagnostics }) => emitListing(machine, files, diagnostics),
  },
  asm: {
    doc: 'text assembly in the notation of the kernel and LLVM',
    sections: false,
    emit: (machine, { files }) => emitAsm(machine, files),
  },
  object: {
    doc: 'an ELF object for libbpf, bpftool and cilium/ebpf',
    sections: true,
    emit: (machine, { target, files, program }) => emitObject({ machine, program, files, target }),
  },
  bytecode: { doc: 'raw instructions of one program', sections: false, emit: bytecode },
  hex: {
    doc: 'bytecode as hexadecimal digits',
    sections: false,
    emit: (machine, context) => {
      const bytes = bytecode(machine, context);
      return typeof bytes === 'string' ? bytes : toHex(bytes);
    },
  },
} as const satisfies Record<string, EmitRow>;

export type EmitForm = keyof typeof emitForms;

export function emit(form: EmitForm, machine: Machine<PReg>, context: EmitContext): string | Uint8Array {
  return emitForms[form].emit(machine, context);
}
