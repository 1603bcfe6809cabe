/** Calls: arguments for a callable, and which callables fit a place. */

import { expression, of, variable } from './expressions.ts';
import type { Part, Piece } from './piece.ts';
import { place } from './places.ts';
import type { Callable, Gen, Parameter } from './state.ts';
import { arrayOf, type GoType, integers, isSame, uint8 } from './types.ts';

const budget = 900;
const deepest = 3;

/** Can it be called here without going too deep or taking too long? */
export function affordable(g: Gen, c: Callable): boolean {
  return g.func.cost + g.times * c.cost < budget && c.depth < deepest;
}

export function pay(g: Gen, c: Callable): void {
  g.func.cost += g.times * c.cost;
  g.func.depth = Math.max(g.func.depth, c.depth + 1);
  g.used.add(c.construct);
}

/** `&v.F1` or the name of a pointer. */
export function pointerTo(g: Gen, type: GoType): Part | null {
  const pointers = g.scope.filter((v) => v.form === 'pointer' && isSame(v.type, type) && v.assignable);
  if (pointers.length > 0 && g.random.chance(0.5)) return g.random.pick(pointers).name;
  const local = g.globals;
  g.globals = [];
  const found = place(g, type, { addressable: true, assignable: true, constantIndex: g.random.chance(0.7) });
  g.globals = local;
  if (found === null) return null;
  g.used.add('address-of');
  return of(type)`&${found}`;
}

function sliceOf(g: Gen, element: GoType): Part | null {
  const slices = g.scope.filter((v) => v.form === 'slice' && isSame(v.type, element));
  if (slices.length > 0 && g.random.chance(0.5)) return g.random.pick(slices).name;
  const arrays = g.scope.filter(
    (v) =>
      v.form === 'value' &&
      v.addressable &&
      v.assignable &&
      v.type.kind === 'array' &&
      isSame(v.type.element, element),
  );
  if (arrays.length === 0) return null;
  const array = g.random.pick(arrays);
  array.shared = true;
  const length = array.type.kind === 'array' ? array.type.length : 0;
  const low = g.random.below(length + 1);
  return `${array.name}[${g.random.chance(0.5) ? low : ''}:]`;
}

/** null: nothing of that kind is there. */
export function argument(g: Gen, p: Parameter, type: GoType, depth: number): Part | null {
  switch (p.form) {
    case 'value':
      return expression(g, type, depth);
    case 'pointer':
      return pointerTo(g, type);
    case 'slice':
      return sliceOf(g, type);
    default:
      return p.form satisfies never;
  }
}

/** `a, b, c`; null when one cannot be had. */
export function argumentsOf(
  g: Gen,
  c: Callable,
  bound: GoType | null,
  depth: number,
): readonly Part[] | null {
  const parts: Part[] = [];
  for (const p of c.parameters) {
    const type = bound !== null && p.type.name === 'T' ? bound : p.type;
    const made = argument(g, p, type, depth);
    if (made === null) return null;
    if (parts.length > 0) parts.push(', ');
    parts.push(made);
  }
  return parts;
}

/** The function or `value.Method`. */
export function calleeOf(g: Gen, c: Callable): readonly Part[] | null {
  if (c.receiver === null) return [c.name];
  const { type, pointer } = c.receiver;
  const pointers = g.scope.filter((v) => v.form === 'pointer' && isSame(v.type, type) && v.assignable);
  if (pointers.length > 0 && g.random.chance(0.4)) return [g.random.pick(pointers).name, `.${c.name}`];
  const receiver = pointer
    ? place(g, type, { addressable: true, assignable: true, constantIndex: true })
    : place(g, type);
  return receiver === null ? null : [receiver, `.${c.name}`];
}

/** What the type parameter can be so that the result is `type`. */
function binding(g: Gen, c: Callable, type: GoType): GoType | null {
  if (!c.generic) return null;
  if (c.results[0]?.name === 'T') return type;
  return g.random.pick(integers);
}

/** A call of a pure function with one result of the type. */
export function call(g: Gen, type: GoType, depth: number): Piece | null {
  const fit = g.callables.filter(
    (c) =>
      c.pure &&
      c.results.length === 1 &&
      affordable(g, c) &&
      c.results.some(
        (r) =>
          isSame(r, type) ||
          (c.generic && r.name === 'T' && type.kind === 'int' && !('parameter' in type && type.parameter)),
      ),
  );
  if (fit.length === 0) return null;
  const c = g.random.pick(fit);
  const bound = binding(g, c, type);
  const callee = calleeOf(g, c);
  const args = argumentsOf(g, c, bound, depth - 1);
  if (callee === null || args === null) return null;
  pay(g, c);
  const instance = bound === null ? '' : g.random.chance(0.7) ? `[${bound.name}]` : '';
  // Without a variable among the arguments the type parameter is still inferred: literals are typed.
  return { ...of(type)``, parts: [...callee, instance, '(', ...args, ')'] };
}

/** Bytes to work on with encoding/binary. */
export const byteArrays = [arrayOf(uint8, 8), arrayOf(uint8, 12)] as const;

/** A value that a later change cannot reach. */
export const settled = (g: Gen, type: GoType): Piece =>
  place(g, type, { unshared: true, constantIndex: true }) ??
  (type.kind === 'int' ? of(type, true)`${type.name}(5)` : variable(g, type, 0));
