/** A loaded program that can be run, in the kernel or in the embedded machine: the same questions to both. */

import type { Entry } from '../object/object-shapes.ts';

export interface SessionInput {
  readonly packet?: Uint8Array;
  readonly context?: Uint8Array;
  readonly repeat?: number;
}

export interface SessionOutput {
  /** The low 32 bits of R0. */
  readonly result: number;
  /** After the run; null where there was none, or where it cannot be told. */
  readonly packet: Uint8Array | null;
  readonly context: Uint8Array | null;
  /** Mean of the repetitions; null where nothing measures. */
  readonly nanoseconds: number | null;
}

/** A place in a source file; `line` and `col` count from 1, `col` in bytes. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly col: number;
}

/** Where a run is, before an instruction. */
export interface Step {
  readonly func: string;
  /** The instruction as text: `r1 = *(u32 *)(r6 + 4)`. */
  readonly instruction: string;
  readonly place: Place | null;
  /** Calls below this function: 0 in the program itself. */
  readonly depth: number;
  /** R0 to R10, 64 bits each. */
  readonly registers: readonly bigint[];
}

/** A run that did not end well, with the Go place where there is one. */
export class RunFault extends Error {
  override readonly name = 'RunFault';
  readonly place: Place | null;
  /** Of the embedded machine: R0 to R10 at the fault, else empty. */
  readonly registers: readonly bigint[];
  /** Of the embedded machine: the last instructions, the faulting one at the end. */
  readonly trail: readonly Pick<Step, 'func' | 'instruction' | 'place'>[];

  constructor(
    message: string,
    place: Place | null,
    registers: RunFault['registers'] = [],
    trail: RunFault['trail'] = [],
  ) {
    super(message);
    this.place = place;
    this.registers = registers;
    this.trail = trail;
  }
}

/** What a program sent through a ring buffer or a perf event array. */
export interface SessionEvent {
  readonly map: string;
  readonly data: Uint8Array;
}

export interface Session {
  readonly programs: readonly { readonly name: string; readonly section: string }[];
  /** Programs that the kernel did not take; they cannot be run. */
  readonly refused: readonly { readonly name: string; readonly reason: string; readonly log: string }[];
  readonly run: (program: string, input: SessionInput) => SessionOutput;
  readonly entries: (map: string) => readonly Entry[];
  readonly update: (map: string, key: Uint8Array, value: Uint8Array) => void;
  /** The bytes of a package variable. */
  readonly readVariable: (name: string) => Uint8Array;
  readonly writeVariable: (name: string, bytes: Uint8Array) => void;
  /** What was printed since the start. */
  readonly printed: () => readonly string[];
  /** What was sent since the last call. */
  readonly events: () => readonly SessionEvent[];
  readonly close: () => void;
}
