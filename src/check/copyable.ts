/**
 * Values that hold a lock, a timer or a kernel pointer stay where they are: the verifier refuses loads and stores of
 * these fields.
 *
 *     stat := *stats.Lookup(0)      error: this copies a bpf.SpinLock
 *
 * Variables of such a type may be made and passed on, as for Update: they are no map's memory.
 */

import type { TExpr } from '../ast/typed.ts';
import type { Type } from '../ast/types.ts';
import { report } from './operand.ts';
import type { Env } from './scope.ts';
import { under } from './types.ts';

const fixed: readonly string[] = ['SpinLock', 'Timer', 'Kptr'];

function fixedPart(type: Type): string | null {
  if (type.kind === 'named' && type.pkg === 'bpf') return fixed.includes(type.name) ? type.name : null;
  const u = under(type);
  if (u.kind === 'array') return fixedPart(u.elem);
  if (u.kind !== 'struct') return null;
  for (const field of u.fields) {
    const part = fixedPart(field.type);
    if (part !== null) return part;
  }
  return null;
}

/** Is it, or is it part of, what a pointer points to? */
function isBehindPointer(x: TExpr): boolean {
  if (x.kind === 'deref') return true;
  if (x.kind === 'field') return isBehindPointer(x.x);
  return x.kind === 'index' && under(x.x.type).kind === 'array' && isBehindPointer(x.x);
}

/** Reports a value behind a pointer that is read or written whole. */
export function requireCopyable(env: Env, x: TExpr): void {
  if (env.pkg.texts !== null || !isBehindPointer(x)) return;
  const part = fixedPart(x.type);
  if (part !== null) report(env, 'fixed-copied', x.span, { part });
}
