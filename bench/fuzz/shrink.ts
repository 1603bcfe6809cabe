/**
 * Reduces a failing program to a few lines: takes away declarations and statements, puts bodies in the place of the
 * statements around them and short literals in that of expressions, as long as the same failure shows.
 *
 *     shrink(tree, (candidates) => candidates.map(failsAlike))   →   a smaller tree
 *
 * It knows nothing of Go: what no longer compiles does not fail alike.
 */

import type { Part, Piece } from './piece.ts';
import { sizeOf } from './piece.ts';

/** Descendants of a piece, nearest first. */
function* within(piece: Piece): Generator<Piece> {
  for (const part of piece.parts) {
    if (typeof part === 'string') continue;
    yield part;
    yield* within(part);
  }
}

const text = (piece: Piece, replacement: string): Piece => ({ ...piece, parts: [replacement], instead: [] });

/** What may stand in the place of a piece itself. */
function* replacements(piece: Piece): Generator<Piece> {
  if (piece.kind === 'list') {
    for (let size = piece.parts.length; size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < piece.parts.length; at += size) {
        yield { ...piece, parts: [...piece.parts.slice(0, at), ...piece.parts.slice(at + size)] };
      }
    }
    return;
  }
  if (piece.kind === 'stmt') {
    for (const inner of within(piece)) if (inner.kind === 'list' && inner.parts.length > 0) yield inner;
    return;
  }
  if (piece.parts.length === 1 && typeof piece.parts[0] === 'string') return;
  for (const replacement of piece.instead) yield text(piece, replacement);
  for (const inner of within(piece)) if (inner.kind === 'expr' && inner.type === piece.type) yield inner;
}

/** Every tree with one part made smaller, the greatest changes first at each level. */
function* smaller(piece: Piece): Generator<Piece> {
  yield* replacements(piece);
  for (const [i, part] of piece.parts.entries()) {
    if (typeof part === 'string') continue;
    for (const inner of smaller(part)) {
      const parts: Part[] = [...piece.parts];
      parts[i] = inner;
      yield { ...piece, parts };
    }
  }
}

/** How `shrink` asks. */
export interface Asking {
  /** Candidates at once: where a question costs a build, many. */
  readonly atOnce: number;
  /** Questions after which it ends. */
  readonly questions: number;
}

export const byBuilds: Asking = { atOnce: 40, questions: 400 };

function take(from: Generator<Piece>, count: number): readonly Piece[] {
  const taken: Piece[] = [];
  for (let i = 0; i < count; i++) {
    const next = from.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

/** `fails` tells of each candidate whether it fails as the program does. */
export function shrink(
  program: Piece,
  fails: (candidates: readonly Piece[]) => readonly boolean[],
  asking: Asking = byBuilds,
): Piece {
  let best = program;
  let left = asking.questions;
  for (let improved = true; improved && left > 0; ) {
    improved = false;
    let from = smaller(best);
    let passed = 0;
    while (left > 0) {
      const candidates = take(from, asking.atOnce);
      if (candidates.length === 0) break;
      left--;
      const size = sizeOf(best);
      const found = fails(candidates).findIndex(
        (failing, i) => failing && sizeOf(candidates[i] ?? best) <= size,
      );
      if (found < 0) {
        passed += candidates.length;
        continue;
      }
      best = candidates[found] ?? best;
      improved = true;
      // Goes on where it was: what stood before has just been tried.
      from = smaller(best);
      passed += found;
      take(from, passed);
    }
  }
  return best;
}
