/**
 * What one instruction does to a state: the registers of the innermost frame, and where the walk goes on.
 *
 *     set(s, 0, unknown); return onward          the next instruction, r0 is any number
 */

import { must } from '../base/assert.ts';
import {
  type Marker,
  maxFrames,
  type OwnFrame,
  ownFrame,
  type State,
  sharedFrames,
  topFrame,
} from './state.ts';
import { constant, type Numeric, type Pointer, unknown, type Value } from './values.ts';

export interface Walk extends Marker {
  readonly big: boolean;
  /** The next number for equal values and for pointers that are nil together. */
  nextId: number;
  /** Additions of numbers to pointers of which nothing says that they stay near. */
  readonly unbounded: Set<number>;
}

/** Where a step leads: to the state's own pc, and to another that is walked later. */
export interface Outcome {
  readonly ends: boolean;
  readonly other: State | null;
}

export const onward: Outcome = { ends: false, other: null };
export const ended: Outcome = { ends: true, other: null };

const zero = constant(0n);

export const pointer = (object: string, maybeNil = 0): Pointer => ({
  kind: 'pointer',
  object,
  frame: -1,
  offset: zero,
  maybeNil,
});

const stackPointers: readonly Pointer[] = Array.from({ length: maxFrames }, (_, depth) => ({
  ...pointer(`stack${depth}`),
  frame: depth,
}));

export const stackPointer = (depth: number): Pointer => must(stackPointers[depth], 'a frame');

export const numberOf = (value: Value | null | undefined): Numeric =>
  value?.kind === 'number' ? value : unknown;

export function get(s: State, register: number | null): Value | null {
  if (register === 10) return stackPointer(s.frames.length - 1);
  return register === null ? null : (topFrame(s).regs[register] ?? null);
}

export function set(s: State, register: number | null, value: Value | null): void {
  if (register !== null && register < 10) ownFrame(s, s.frames.length - 1).regs[register] = value;
}

/** Puts other values in the place of those that `changed` changes, in all frames. */
export function changeAll(s: State, changed: (value: Value | null) => Value | null): void {
  for (let depth = 0; depth < s.frames.length; depth++) {
    const { regs, stack } = must(s.frames[depth], 'a frame');
    for (let r = 0; r < regs.length; r++) {
      const value = regs[r] ?? null;
      const now = changed(value);
      if (now !== value) ownFrame(s, depth).regs[r] = now;
    }
    for (let n = 0; n < stack.length; n++) {
      const value = stack[n] ?? null;
      const now = changed(value);
      if (now !== value) ownFrame(s, depth).stack[n] = now;
    }
  }
}

/** A state that goes another way from here. */
export function fork(s: State, pc: number): State {
  const { parent, history, rounds } = s;
  return { pc, frames: sharedFrames(s), owned: 0, parent, history, rounds };
}

/** Registers that a call leaves without a value. */
export const clearArguments = (frame: OwnFrame): void => {
  for (let r = 0; r <= 5; r++) frame.regs[r] = null;
};
