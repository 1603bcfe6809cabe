/**
 * What one instruction does to a state: the registers of the innermost frame, and where the walk goes on.
 *
 *     set(s, 0, unknown); return onward          the next instruction, r0 is any number
 */

import type { Program } from './code.ts';
import { copyFrame, type Frame, type State, topFrame } from './state.ts';
import { constant, type Numeric, type Pointer, unknown, type Value } from './values.ts';

export interface Walk {
  readonly program: Program;
  readonly big: boolean;
  /** The next number for equal values and for pointers that are nil together. */
  nextId: number;
  /** Additions of numbers to pointers of which nothing says that they stay near. */
  readonly unbounded: Set<number>;
}

/** Where a step leads: to the state's own pc, and to others that are walked later. */
export interface Outcome {
  readonly ends: boolean;
  readonly others: readonly State[];
  /** The slot that was accessed: frame × 64 + slot; -1: none. */
  readonly slot: number;
}

export const onward: Outcome = { ends: false, others: [], slot: -1 };
export const ended: Outcome = { ends: true, others: [], slot: -1 };

export const pointer = (object: string, maybeNil = 0): Pointer => ({
  kind: 'pointer',
  object,
  offset: constant(0n),
  maybeNil,
});

export const stackPointer = (depth: number): Pointer => pointer(`stack${depth}`);

export const numberOf = (value: Value | null | undefined): Numeric =>
  value?.kind === 'number' ? value : unknown;

export function get(s: State, register: number | null): Value | null {
  if (register === 10) return stackPointer(s.frames.length - 1);
  return register === null ? null : (topFrame(s).regs[register] ?? null);
}

export function set(s: State, register: number | null, value: Value | null): void {
  if (register !== null && register < 10) topFrame(s).regs[register] = value;
}

/** A state that goes another way from here. */
export function fork(s: State, pc: number): State {
  const { parent, history, rounds } = s;
  return { pc, frames: s.frames.map(copyFrame), parent, history, rounds };
}

/** Registers that a call leaves without a value. */
export const clearArguments = (frame: Frame): void => {
  for (let r = 0; r <= 5; r++) frame.regs[r] = null;
};
