/**
 * The state of lowering: one ModuleContext per compilation, one Context per function of the module under
 * construction, one Frame per Go function or closure whose body is being lowered into it (a closure's body is
 * expanded at its call, in a frame of its own), and one Unwind per frame that a panic has to leave.
 *
 * Invariant: `frame` is the lexical side (variables, labels, where `return` goes), `unwind` the dynamic one (whose
 * deferred calls run on a panic). They differ in the body of a `range` over a function.
 */

import type { TFunc, TProgram, TVar } from '../ast/typed.ts';
import type { NamedType } from '../ast/types.ts';
import { unreachable } from '../base/assert.ts';
import type { Args, Code, Diagnostics } from '../base/diagnostic.ts';
import { noPos, type Pos, positionAt, type SourceFile, type Span } from '../base/source.ts';
import { supports } from '../bpf/kernels.ts';
import type { ProgramRow } from '../bpf/programs.ts';
import type { FuncBuilder } from '../ir/builder.ts';
import type { BlockId, Func, Global, SlotId, ValueId } from '../ir/ir.ts';
import type { BodyFacts } from './analysis.ts';
import type { ContextUse } from './context-uses.ts';
import type { Instance } from './instances.ts';
import type { Binding, Region, Value } from './values.ts';

/** What lowering reads of the target. */
export interface LowerTarget {
  readonly endian: 'little' | 'big';
  readonly arch: 'x86_64' | 'arm64';
  readonly kernel: readonly [number, number];
  /** The output has data sections. */
  readonly sections: boolean;
}

export interface ModuleContext {
  readonly program: TProgram;
  readonly target: LowerTarget;
  readonly sources: readonly SourceFile[];
  readonly diagnostics: Diagnostics;
  readonly funcs: Func[];
  readonly instances: Map<TFunc, readonly Instance[]>;
  /** Functions being lowered, outermost first: recursion shows here. */
  readonly active: TFunc[];
  /** Symbols taken, of functions, globals and strings alike. */
  readonly symbols: Set<string>;
  /** Symbol by text. */
  readonly strings: Map<string, string>;
  readonly globals: Map<string, Global>;
  /** Partial kernel structs that relocations name, by qualified name. */
  readonly coreTypes: Map<string, NamedType>;
  /** Package variables that some function assigns or takes the address of, by symbol. */
  readonly mutableGlobals: ReadonlySet<string>;
  readonly choices: LowerChoices;
  /** Accesses to contexts, by the function that makes them. */
  readonly contextUses: Map<string, ContextUse[]>;
}

/** What a second attempt does otherwise. */
export interface LowerChoices {
  /** Callers look for an abort of every function: loops in it may become ones that abort after too many rounds. */
  readonly loopsAbort: boolean;
  /** Indices are checked although they are certain, where the verifier may not see that they are. */
  readonly allChecks: boolean;
}

/** Pointers known not to be nil, as a list that shares its tail. */
export interface Facts {
  readonly value: ValueId;
  readonly rest: Facts | null;
  readonly depth: number;
}

/** Where `break` and `continue` go. */
export type JumpTarget =
  | {
      readonly kind: 'statement';
      readonly label: string | null;
      readonly breakTo: BlockId;
      /** null: not a loop. */
      readonly continueTo: BlockId | null;
    }
  /** The edge of a `range` over a function: leaving it returns from yield first, and jumps after the iterator has returned. */
  | {
      readonly kind: 'crossing';
      readonly leave: (then: () => void) => void;
      /** Labels in the loop's body: a goto to them does not leave it. Each expansion has its own. */
      readonly labels: ReadonlyMap<string, BlockId>;
    };

export interface DeferSite {
  /** Set when the statement ran; null: it runs on every way to where its number is seen. */
  readonly armed: SlotId | null;
  /** Emits the call; set when the statement is lowered. */
  run: (() => void) | null;
}

export interface Frame {
  readonly vars: Map<TVar, Binding>;
  /** The frame whose variables a closure captures. */
  readonly outer: Frame | null;
  readonly body: BodyFacts;
  readonly results: readonly Binding[];
  /** Emits the end of the function: reads the results and goes where they are wanted. */
  readonly leave: () => void;
  /** Looks at the values of a `return` statement before they are stored: programs check them. */
  readonly onReturn: ((values: readonly Value[], span: Span) => void) | null;
  readonly targets: JumpTarget[];
  readonly labels: Map<string, BlockId>;
  readonly defers: readonly DeferSite[];
  /** Defer statements lowered so far. */
  seen: number;
  /** Blocks that run the first n defers and then leave, by n. */
  readonly exits: Map<number, BlockId>;
}

export interface Unwind {
  readonly frame: Frame;
  /** Deferred calls still to run; null: all seen so far. */
  readonly limit: number | null;
  readonly parent: Unwind | null;
  /** Blocks that run the first n defers and then go on unwinding, by n. */
  readonly blocks: Map<number, BlockId>;
}

export interface Context {
  readonly module: ModuleContext;
  readonly b: FuncBuilder;
  frame: Frame;
  unwind: Unwind | null;
  facts: Facts | null;
  /** Facts that hold on every edge into a block seen so far. */
  readonly blockFacts: Map<BlockId, Facts | null>;
  readonly constants: Map<ValueId, bigint>;
  /** Greatest unsigned value that an integer can have, where known. */
  readonly maxima: Map<ValueId, bigint>;
  /** The program, in the function of an entry. */
  readonly program: ProgramRow | null;
  /** The parameter that is a context of the SDK's, if there is one. */
  contextParam: ValueId | null;
  /** Bytes from a pointer to the end of its object, where package unsafe has to know. */
  readonly extents: Map<ValueId, number>;
  /** Pointers to kernel objects that the verifier lets the program read through. */
  readonly trusted: Set<ValueId>;
  /** Pointers to sockets that may be request or time-wait ones. */
  readonly commonSocks: Set<ValueId>;
  /** Pointers into no frame: to packets, and what callers say of parameters. */
  readonly outside: Set<ValueId>;
  /** Addresses of objects: never nil. */
  readonly objects: Set<ValueId>;
  /** Regions of slice variables, kept when a function is lowered again because one was learnt too late. */
  readonly regions: Map<TVar, Region>;
  /** A region was needed before it was known. */
  lateRegion: boolean;
  /** Functions for closures that the kernel calls, made with this one. */
  readonly callbacks: Func[];
  abortBlock: BlockId | null;
  mayAbort: boolean;
  /** Bodies being expanded into this function. */
  depth: number;
}

export function position(module: ModuleContext, span: Span): Pos {
  const file = module.sources[span.file];
  return file === undefined ? noPos : positionAt(file, span.start);
}

/** Instructions emitted from now on belong to this span. */
export function at(cx: Context, span: Span): void {
  cx.b.pos = position(cx.module, span);
}

export function report<C extends Code>(cx: Context, code: C, span: Span, args: Args<C>): void {
  const known = cx.module.diagnostics.list.some(
    (d) => d.code === code && d.span?.start === span.start && d.span.file === span.file,
  );
  if (!known) cx.module.diagnostics.report(code, span, args);
}

/** The binding of a variable, of this frame or of one whose variables it captures. */
export function lookup(frame: Frame, variable: TVar): Binding {
  for (let f: Frame | null = frame; f !== null; f = f.outer) {
    const binding = f.vars.get(variable);
    if (binding !== undefined) return binding;
  }
  return unreachable(`${variable.name} is not bound`);
}

/** A symbol like `wanted` that nothing else has, a C identifier. */
export function freshSymbol(module: ModuleContext, wanted: string): string {
  const stem = wanted.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=\d)|_+$/g, '') || 'f';
  let name = stem;
  for (let i = 2; module.symbols.has(name); i++) name = `${stem}_${i}`;
  module.symbols.add(name);
  return name;
}

/** What is newer than the oldest kernel that has to load the program is an error. `instead`: what older ones have. */
export function requireKernel(
  module: ModuleContext,
  since: string,
  what: string,
  span: Span,
  instead: string | null = null,
): void {
  const target = module.target.kernel.join('.');
  if (supports(target, since)) return;
  const advice = instead === null ? '' : ` or use ${instead}`;
  module.diagnostics.report('needs-kernel', span, { what, since, target, instead: advice });
}
