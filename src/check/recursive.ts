/**
 * Types that contain themselves by value have no size: `invalid recursive type`.
 *
 *     type Node struct { next Node }   →   error at Node        type Node struct { next *Node }   →   fine
 */

import type { NamedType, Type } from '../ast/types.ts';
import { entityOf, rightName } from './instances.ts';
import { report } from './operand.ts';
import type { TypeEntity } from './scope.ts';
import { invalidType } from './types.ts';

const finite = new WeakSet<NamedType>();

/** Generic types may nest their arguments only so deep by value. */
const maxNesting = 200;

/** Names from the first type that comes round again, or null. */
function cycle(type: Type, path: readonly NamedType[]): readonly NamedType[] | null {
  switch (type.kind) {
    case 'array':
      return cycle(type.elem, path);
    case 'struct':
      for (const field of type.fields) {
        const found = cycle(field.type, path);
        if (found !== null) return found;
      }
      return null;
    case 'named': {
      if (finite.has(type) || type.underlying === invalidType) return null;
      const at = path.indexOf(type);
      if (at >= 0) return path.slice(at);
      if (path.filter((t) => t.typeArgs.length > 0).length > maxNesting) return path.slice(-1);
      const found = cycle(rightName(type) ?? type.underlying, [...path, type]);
      if (found === null) finite.add(type);
      return found;
    }
    default:
      return null;
  }
}

/** Report a type without size, once, at its declaration; true when it is finite. */
export function requireFinite(type: Type): boolean {
  const found = cycle(type, []);
  if (found === null) return true;
  // A generic type in the cycle is not to blame for its argument.
  const plain = found.filter((type) => type.typeArgs.length === 0);
  const first = [...(plain.length > 0 ? plain : found)].sort((a, b) => spanStart(a) - spanStart(b))[0];
  const entity: TypeEntity | null = first === undefined ? null : entityOf(first);
  if (entity !== null && entity.env !== null) {
    const names = [...found, found[0]].map((t) => t?.name ?? '').join(' → ');
    report(entity.env, 'recursive-by-value', entity.span, { name: entity.name, cycle: names });
  }
  for (const named of found) named.underlying = invalidType;
  return false;
}

function spanStart(type: NamedType): number {
  const span = entityOf(type)?.span;
  return span === undefined ? 0 : span.file * 2 ** 32 + span.start;
}
