/**
 * A random program as a tree of text: expressions that know their type, statements, lists from which anything may be
 * taken away. Rendering gives Go; the shrinker replaces parts without knowing any Go.
 *
 *     const sum = expr('uint8', ['uint8(0)'])`${x} + ${y}`;
 *     render(statement`h = ${sum}\n`)                            // h = x + y
 *
 * Names of package-level things start with `unique`, which rendering replaces, so that many programs share a package.
 */

export type Part = string | Piece;

export interface Piece {
  readonly kind: 'expr' | 'stmt' | 'list';
  /** Go type of an expression, else ''. */
  readonly type: string;
  /** Is the expression constant in Go's sense? */
  readonly constant: boolean;
  /** Shorter texts that may stand in its place. */
  readonly instead: readonly string[];
  readonly parts: readonly Part[];
}

/** Stands before the names of package-level declarations. */
export const unique = 'ZQ';

export function render(part: Part, prefix: string): string {
  const texts: string[] = [];
  const walk = (p: Part): void => {
    if (typeof p === 'string') texts.push(p);
    else for (const inner of p.parts) walk(inner);
  };
  walk(part);
  return texts.join('').replaceAll(unique, prefix);
}

type Template = (strings: TemplateStringsArray, ...values: readonly (Part | number)[]) => Piece;

function interleave(strings: TemplateStringsArray, values: readonly (Part | number)[]): readonly Part[] {
  return strings.flatMap((text, i) => {
    const value = values[i];
    return value === undefined ? [text] : [text, typeof value === 'number' ? String(value) : value];
  });
}

export const expr =
  (type: string, instead: readonly string[] = [], constant = false): Template =>
  (strings, ...values) => ({ kind: 'expr', type, constant, instead, parts: interleave(strings, values) });

export const statement: Template = (strings, ...values) => ({
  kind: 'stmt',
  type: '',
  constant: false,
  instead: [],
  parts: interleave(strings, values),
});

/** Of this list the shrinker takes away what it can. */
export const list = (parts: readonly Part[]): Piece => ({
  kind: 'list',
  type: '',
  constant: false,
  instead: [],
  parts,
});

/** Number of pieces, the measure of what shrinking has left. */
export function sizeOf(part: Part): number {
  return typeof part === 'string' ? 0 : part.parts.reduce((sum, inner) => sum + sizeOf(inner), 1);
}
