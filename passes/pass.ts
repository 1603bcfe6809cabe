/**
 * What a pass is. A pass is a pure function from one form of the program to the next; it returns its input by
 * reference when it did nothing. File name = pass name = dump name = `--stop-after` argument. The runner
 * (run.ts) alone times, dumps, verifies between passes and names the pass in a crash.
 */

import type { Diagnostics } from '../src/base/diagnostic.ts';
import type { SourceFile, Span } from '../src/base/source.ts';
import type { MCode, PReg, VReg } from '../src/bpf/minst.ts';
import type { Module } from '../src/ir/ir.ts';

/** The forms a program takes between lowering and emission. `mir` has virtual registers, `code` physical ones. */
export interface Forms {
  readonly ssa: Module;
  /** The IR module stays beside the machine code: maps, globals, programs and strings are read from it. */
  readonly mir: Machine<VReg>;
  readonly code: Machine<PReg>;
}

export interface Machine<R> extends MCode<R> {
  readonly module: Module;
}

export type Form = keyof Forms;

/** What the target and the user ask for; the same for all passes of a compilation. */
export interface Target {
  readonly cpu: 'v1' | 'v2' | 'v3' | 'v4';
  readonly endian: 'little' | 'big';
  readonly arch: 'x86_64' | 'arm64';
  /** Oldest kernel that must load the program, as [major, minor]. */
  readonly kernel: readonly [number, number];
  readonly opt: '0' | '2' | 's';
  /** The output has data sections (.rodata): strings may stay there, globals are allowed. */
  readonly sections: boolean;
}

export interface PassContext {
  readonly target: Target;
  readonly diagnostics: Diagnostics;
  readonly files: readonly SourceFile[];
  /** Places in loops that must not be walked round by round: the pass outline-loops makes functions of them. */
  readonly outlined?: readonly Span[];
  /** Called where the verifier would refuse the code: it moves a pointer by a number that nothing bounds. */
  readonly onUnbounded?: (() => void) | null;
  /** Called with the name of every rule that is applied. */
  readonly onRule?: ((name: string) => void) | null;
}

export interface Pass<From extends Form = Form, To extends Form = Form> {
  /** Kebab case; the file's name. */
  readonly name: string;
  /** One sentence: what it does. */
  readonly doc: string;
  readonly from: From;
  readonly to: To;
  readonly run: (input: Forms[From], context: PassContext) => Forms[To];
}

/** The passes that there can be. */
export type AnyPass =
  | Pass<'ssa', 'ssa'>
  | Pass<'ssa', 'mir'>
  | Pass<'mir', 'mir'>
  | Pass<'mir', 'code'>
  | Pass<'code', 'code'>;
