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

/** A run that did not end well, with the Go place where there is one. */
export class RunFault extends Error {
  override readonly name = 'RunFault';
  readonly place: { readonly file: string; readonly line: number; readonly col: number } | null;

  constructor(message: string, place: RunFault['place']) {
    super(message);
    this.place = place;
  }
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
  readonly close: () => void;
}
