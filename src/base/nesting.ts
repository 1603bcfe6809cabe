/**
 * How deep brackets nest in a text, found without parsing: what decides whether a compilation needs a larger stack,
 * and where an error about it stands.
 *
 *     deepestNesting('f(a[b(1)])')   →   { depth: 3, offset: 5 }
 *
 * Invariant: linear, and no recursion. Brackets in comments and strings do not count.
 */

export interface Nesting {
  readonly depth: number;
  /** Of the first bracket that is so deep. */
  readonly offset: number;
}

const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|[([{]|[)\]}]/g;

export function deepestNesting(text: string): Nesting {
  let depth = 0;
  let deepest: Nesting = { depth: 0, offset: 0 };
  for (const match of text.matchAll(token)) {
    const [found] = match;
    if (found === '(' || found === '[' || found === '{') {
      depth++;
      if (depth > deepest.depth) deepest = { depth, offset: match.index };
    } else if (found === ')' || found === ']' || found === '}') depth--;
  }
  return deepest;
}
