/** A set of 0 … n-1 with constant-time add, delete and clear, and iteration over the members only. */
export interface SparseSet {
  readonly members: Int32Array;
  size: number;
  has(x: number): boolean;
  add(x: number): void;
  delete(x: number): void;
  clear(): void;
}

export function sparseSet(n: number): SparseSet {
  const members = new Int32Array(n);
  const where = new Int32Array(n);
  return {
    members,
    size: 0,
    has(x) {
      return where[x]! < this.size && members[where[x]!] === x;
    },
    add(x) {
      if (this.has(x)) return;
      members[this.size] = x;
      where[x] = this.size++;
    },
    delete(x) {
      if (!this.has(x)) return;
      const last = members[--this.size]!;
      members[where[x]!] = last;
      where[last] = where[x]!;
    },
    clear() {
      this.size = 0;
    },
  };
}
