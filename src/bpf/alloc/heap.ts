/** A binary heap of small integers by a number key, smallest first; equal keys by the integer itself. */
export interface Heap {
  push(item: number, key: number): void;
  pop(): { readonly item: number; readonly key: number } | null;
}

export function heap(): Heap {
  const items: { item: number; key: number }[] = [];
  const before = (a: number, b: number): boolean => {
    const x = items[a]!;
    const y = items[b]!;
    return x.key < y.key || (x.key === y.key && x.item < y.item);
  };
  const swap = (a: number, b: number): void => {
    const x = items[a]!;
    items[a] = items[b]!;
    items[b] = x;
  };
  return {
    push(item, key) {
      items.push({ item, key });
      for (let at = items.length - 1; at > 0; ) {
        const up = (at - 1) >> 1;
        if (!before(at, up)) break;
        swap(at, up);
        at = up;
      }
    },
    pop() {
      const top = items[0];
      const last = items.pop();
      if (top === undefined || last === undefined) return null;
      if (items.length === 0) return top;
      items[0] = last;
      for (let at = 0; ; ) {
        let least = at;
        for (const child of [2 * at + 1, 2 * at + 2]) {
          if (child < items.length && before(child, least)) least = child;
        }
        if (least === at) return top;
        swap(at, least);
        at = least;
      }
    },
  };
}
