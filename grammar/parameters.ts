/**
 * From parameter entries to fields.
 *
 *     (a, b int, c T)   entries: a · b int · c T      →   Field([a, b], int), Field([c], T)
 *     (int, T)          entries: int · T              →   Field([], int), Field([], T)
 *
 * Only after the whole list is it known whether a lone name is a parameter or a type.
 * Invariant: in the result either every field has names or none has.
 */

import type { Expr, Field, Ident } from '../src/ast/ast.ts';
import { join, type Span } from '../src/base/source.ts';

/** `name type`, or a lone type, which may turn out to be a name. */
export interface Parameter {
  readonly name: Ident | null;
  readonly type: Expr;
  readonly span: Span;
}

export function groupParameters(
  entries: readonly Parameter[],
  complain: (what: string, start: number) => void,
): readonly Field[] {
  entries.forEach((entry, i) => {
    if (entry.type.kind === 'Ellipsis' && i < entries.length - 1) {
      complain('can only use ... with final parameter in list', entry.type.span.start);
    }
  });
  if (entries.every((entry) => entry.name === null)) {
    return entries.map(({ type, span }) => ({ kind: 'Field', span, names: [], type, tag: null, doc: [] }));
  }
  const fields: Field[] = [];
  let waiting: Ident[] = [];
  for (const { name, type, span } of entries) {
    if (name) {
      const first = waiting[0];
      const names = [...waiting, name];
      fields.push({
        kind: 'Field',
        span: first ? join(first.span, span) : span,
        names,
        type,
        tag: null,
        doc: [],
      });
      waiting = [];
    } else if (type.kind === 'Ident') waiting.push(type);
    else complain('mixed named and unnamed parameters', span.start);
  }
  const last = waiting[0];
  if (last) complain('mixed named and unnamed parameters', last.span.start);
  return fields;
}
