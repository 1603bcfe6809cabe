/**
 * What the verifier forgets: pointers and their like in memory that it does not track.
 *
 *     forgottenPart(struct{ p *T })  →  a pointer        forgottenPart(struct{ n uint64 })  →  null
 *
 * They live in locals, parameters, results, captures and fields of local structs only.
 */

import type { Type } from '../ast/types.ts';
import { sdkPath, under } from './types.ts';

interface Part {
  readonly type: Type;
  /** In words, with its article. */
  readonly what: string;
}

/**
 * The first part of a type that cannot live in a global, map, record or packet; null: all of it can.
 * `strings`: they may stay, since the variable is never assigned and so a constant.
 */
export function forgottenPart(type: Type, strings = false): Part | null {
  if (type.kind === 'named' && type.pkg === sdkPath && under(type).kind === 'struct') return null;
  const u = under(type);
  switch (u.kind) {
    case 'pointer':
      return { type, what: 'a pointer' };
    case 'slice':
      return { type, what: 'a slice' };
    case 'func':
      return { type, what: 'a function' };
    case 'map':
      return { type, what: 'a map' };
    case 'interface':
      return type.kind === 'typeparam' ? null : { type, what: 'an interface' };
    case 'basic':
      if (u.name === 'string' && !strings) return { type, what: 'a string' };
      return u.name === 'unsafe.Pointer' ? { type, what: 'a pointer' } : null;
    case 'array':
      return forgottenPart(u.elem, strings);
    case 'struct':
      for (const field of u.fields) {
        const part = forgottenPart(field.type, strings);
        if (part !== null) return part;
      }
      return null;
    case 'tuple':
    case 'named':
    case 'typeparam':
      return null;
    default:
      return u satisfies never;
  }
}
