/**
 * The stack as the simplified verifier sees it: which slot an address means, what a load finds there, what others may
 * have written.
 *
 *     *(u64 *)(r10 - 8) = r1; r2 = *(u64 *)(r10 - 8)      →  r2 is r1's value
 *
 * Slots hold values of eight bytes; what is stored in parts is a number within its width, or unknown.
 */

import type { IsaRow } from '../bpf/isa.ts';
import { slotAt } from './code.ts';
import { ownFrame, type State } from './state.ts';
import { between, isConstant, type Numeric, pieces, signedBetween, unknown, type Value } from './values.ts';

export interface Place {
  readonly depth: number;
  /** null: not known. */
  readonly offset: number | null;
}

export function stackPlace(base: Value | null, displacement: number): Place | null {
  if (base?.kind !== 'pointer' || base.frame < 0) return null;
  const depth = base.frame;
  return { depth, offset: isConstant(base.offset) ? Number(base.offset.min) + displacement : null };
}

export const idOf = (place: Place | null): number =>
  place === null || place.offset === null || place.offset >= 0 || place.offset < -512
    ? -1
    : place.depth * 64 + slotAt(place.offset);

const widths: ReadonlyMap<number, Numeric> = new Map(
  [8, 16, 32].map((bits) => [bits, between(0n, (1n << BigInt(bits)) - 1n)]),
);
const signedWidths: ReadonlyMap<number, Numeric> = new Map(
  [8, 16, 32].map((bits) => [bits, signedBetween(-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n)]),
);

export const widthRange = (bits: number): Numeric => widths.get(bits) ?? unknown;

export function loaded(s: State, row: IsaRow, base: Value | null, displacement: number): Value {
  const bits = row.access ?? 64;
  const fresh = row.signed ? (signedWidths.get(bits) ?? unknown) : widthRange(bits);
  const place = stackPlace(base, displacement);
  if (place === null || idOf(place) < 0) return fresh;
  const offset = place.offset ?? 0;
  const value = s.frames[place.depth]?.stack[slotAt(offset)] ?? null;
  if (value === null) return fresh;
  if (value === pieces) return fresh;
  if (bits === 64) return value;
  if (value.kind !== 'number' || row.signed) return fresh;
  if (value.high === 0n) return value;
  return offset % 8 === 0 && value.high <= fresh.high ? value : fresh;
}

/** Forgets `size` bytes from a pointer on: they were written, as a whole or somewhere among them. */
export function overwritten(s: State, base: Value | null, displacement: number, size: number): void {
  const place = stackPlace(base, displacement);
  if (place === null || s.frames[place.depth] === undefined || base?.kind !== 'pointer') return;
  const frame = ownFrame(s, place.depth);
  const { min, max } = base.offset;
  const low = Math.max(-512, Number(min) + displacement);
  const end = Math.min(0, Number(max) + displacement + size);
  for (let n = end <= low ? 64 : slotAt(end - 1); n <= slotAt(low); n++) {
    while (frame.stack.length < n) frame.stack.push(null);
    // Where it is not known which slots are written, none becomes one that was.
    if (place.offset !== null || (frame.stack[n] ?? null) !== null) frame.stack[n] = pieces;
  }
}

/** An atomic operation leaves a number that nobody knows. */
export function forgotten(s: State, place: Place | null): void {
  if (place === null || idOf(place) < 0 || s.frames[place.depth] === undefined) return;
  ownFrame(s, place.depth).stack[slotAt(place.offset ?? 0)] = pieces;
}
