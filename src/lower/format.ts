/**
 * Formats of Printk and TracePrintk: from Go's verbs to the kernel's, by the types of the arguments.
 *
 *     "pid %d: %v\n", uint32, bool   →   "pid %u: %s\n"
 *
 * Invariant: what the kernel prints equals what Go prints, or there is an error.
 */

import type { Type } from '../ast/types.ts';
import { typeString, under } from '../check/types.ts';
import { scalarOf, shapeOf } from './shapes.ts';

/** How an argument is passed. */
export type Passing = 'number' | 'bool' | 'address' | 'pointer' | 'text';

export interface Piece {
  /** What to put in the format; null for a constant string, which is folded in. */
  readonly verb: string;
  readonly arg: number;
  readonly passing: Passing;
}

export type Format =
  | { readonly ok: true; readonly parts: readonly (string | Piece)[] }
  | { readonly ok: false; readonly problem: Problem };

export type Problem =
  | { readonly kind: 'verb'; readonly verb: string; readonly type: string }
  | { readonly kind: 'missing'; readonly verb: string }
  | { readonly kind: 'extra'; readonly have: number; readonly want: number };

const verbSyntax = /%(%|([0+\- #]*)([0-9]*)(\.[0-9]*)?([a-zA-Z]?))/g;

/** `types`: of the arguments after the format. */
export function translateFormat(format: string, types: readonly Type[]): Format {
  const parts: (string | Piece)[] = [];
  let last = 0;
  let arg = 0;
  for (const match of format.matchAll(verbSyntax)) {
    parts.push(format.slice(last, match.index));
    last = match.index + match[0].length;
    if (match[1] === '%') {
      parts.push('%%');
      continue;
    }
    const type = types[arg];
    if (type === undefined) return { ok: false, problem: { kind: 'missing', verb: match[0] } };
    const piece = translateVerb(match[2] ?? '', match[3] ?? '', match[4] ?? '', match[5] ?? '', type, arg);
    if (piece === null)
      return { ok: false, problem: { kind: 'verb', verb: match[0], type: typeString(type) } };
    parts.push(piece);
    arg++;
  }
  parts.push(format.slice(last));
  if (arg < types.length) return { ok: false, problem: { kind: 'extra', have: types.length, want: arg } };
  return { ok: true, parts: parts.filter((part) => part !== '') };
}

function translateVerb(
  flags: string,
  width: string,
  precision: string,
  verb: string,
  type: Type,
  arg: number,
): Piece | null {
  if (precision !== '' || flags.length > 1 || flags === '#') return null;
  const u = under(type);
  const plain = flags === '' && width === '';
  const piece = (text: string, passing: Passing): Piece => ({
    verb: `%${flags}${width}${text}`,
    arg,
    passing,
  });
  if (shapeOf(type) === 'string') return verb === 's' || verb === 'v' ? piece('s', 'text') : null;
  if (u.kind === 'array' && shapeOf(type) === 'memory') {
    const elem = under(u.elem);
    const bytes = elem.kind === 'basic' && elem.name === 'uint8';
    return bytes && verb === 's' && plain ? piece('s', 'address') : null;
  }
  if (u.kind === 'pointer') return verb === 'p' && plain ? { verb: '0x%llx', arg, passing: 'pointer' } : null;
  if (u.kind !== 'basic' || u.name === 'unsafe.Pointer') return null;
  const held = scalarOf(type);
  if (held.bool) return verb === 'v' || verb === 't' ? piece('s', 'bool') : null;
  const long = held.bits === 64 ? 'll' : '';
  switch (verb) {
    case 'd':
    case 'v':
      return flags === '+' && !held.signed ? null : piece(`${long}${held.signed ? 'd' : 'u'}`, 'number');
    case 'x':
    case 'X':
      // Go prints negative numbers with a sign, C as the bits.
      return held.signed ? null : piece(`${long}${verb}`, 'number');
    case 'c':
      return plain ? piece('c', 'number') : null;
    default:
      return null;
  }
}

/** `print` and `println` as a format. */
export function printFormat(types: readonly Type[], spaced: boolean): Format {
  const verb = (type: Type): string => {
    const u = under(type);
    if (u.kind === 'pointer') return '%p';
    return u.kind === 'basic' && u.name === 'bool' ? '%t' : '%v';
  };
  const text = types.map(verb).join(spaced ? ' ' : '');
  return translateFormat(spaced ? `${text}\n` : text, types);
}
