/** "Did you mean": the nearest of a list of names, by edit distance with transpositions (optimal string alignment). */

function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** The name nearest to `word`, or null if none is near enough (a third of its length, at least one edit). */
export function suggest(word: string, names: Iterable<string>): string | null {
  let best: string | null = null;
  let limit = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    if (Math.abs(name.length - word.length) >= limit) continue;
    const d = distance(word.toLowerCase(), name.toLowerCase());
    if (d < limit) {
      limit = d;
      best = name;
    }
  }
  return best;
}
