/**
 * The stores that clear some bytes of an object: the fewest, of naturally aligned pieces.
 *
 *     clearing({ size: 16, align: 8 }, [1, 2, 3])   →   4 bytes at 0
 *
 * They may clear more than asked for: they stand where nothing is written yet.
 */

export interface Clear {
  readonly offset: number;
  readonly bytes: 1 | 2 | 4 | 8;
}

export function clearing(
  object: { readonly size: number; readonly align: number },
  missing: readonly number[],
): readonly Clear[] {
  const open = new Set(missing);
  const stores: Clear[] = [];
  for (const from of missing) {
    if (!open.has(from)) continue;
    let best: Clear = { offset: from, bytes: 1 };
    let most = 1;
    for (const bytes of [2, 4, 8] as const) {
      const offset = from - (from % bytes);
      if (bytes > object.align || offset + bytes > object.size) continue;
      const covered = Array.from({ length: bytes }, (_, k) => offset + k).filter((k) => open.has(k)).length;
      if (covered > most) [best, most] = [{ offset, bytes }, covered];
    }
    for (let k = 0; k < best.bytes; k++) open.delete(best.offset + k);
    stores.push(best);
  }
  return stores;
}
